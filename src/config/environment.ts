import 'reflect-metadata';
import { plainToInstance, Transform, Type } from 'class-transformer';
import {
  IsEmail,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsOptional,
  IsString,
  IsUrl,
  Matches,
  Max,
  Min,
  MinLength,
  validateSync,
  type ValidationError,
} from 'class-validator';
import { POLICY_VARIABLES, SERVICE_NAMES } from './resilience-settings.js';

const LOCAL_URL = { require_tld: false, require_protocol: true } as const;
const HTTP_URL = { ...LOCAL_URL, protocols: ['http', 'https'] };
const POSTGRES_URL = { ...LOCAL_URL, protocols: ['postgres', 'postgresql'] };

const toList = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string'
    ? value
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '')
    : value;

/** A whole number from `min` up, absent by default. */
function OptionalInteger(min: number, max = Number.MAX_SAFE_INTEGER): PropertyDecorator {
  return (target, key) => {
    IsOptional()(target, key);
    Type(() => Number)(target, key);
    IsInt()(target, key);
    Min(min)(target, key);
    Max(max)(target, key);
  };
}

function OptionalText(): PropertyDecorator {
  return (target, key) => {
    IsOptional()(target, key);
    IsString()(target, key);
    IsNotEmpty()(target, key);
  };
}

/** Every variable the program reads, with what it must look like. The README's table of settings lists the same. */
export class Environment {
  @IsOptional() @IsIn(['production', 'development', 'test']) NODE_ENV?: 'production' | 'development' | 'test';
  @IsOptional() @IsIn(['all', 'api', 'worker']) ROLE?: 'all' | 'api' | 'worker';
  @OptionalText() STATE_DIR?: string;
  @OptionalText() INSTANCE_ID?: string;

  @OptionalText() HOST?: string;
  @OptionalInteger(1, 65_535) PORT?: number;
  @IsOptional() @IsUrl(HTTP_URL) PUBLIC_URL?: string;
  @OptionalText() TRUST_PROXY?: string;
  @IsOptional() @Transform(toList) @IsUrl(HTTP_URL, { each: true }) CORS_ORIGINS?: string[];
  @OptionalInteger(0) SHUTDOWN_GRACE_MS?: number;

  @IsOptional()
  @Matches(/^(trace|debug|info|warn|warning|error|critical|fatal)$/i, {
    message: '$property must be DEBUG, INFO, WARNING, ERROR, CRITICAL or a pino level',
  })
  LOG_LEVEL?: string;
  @IsOptional() @IsString() LOG_DIR?: string;

  @IsOptional() @IsUrl(POSTGRES_URL) DATABASE_URL?: string;
  @OptionalInteger(2, 500) DATABASE_POOL_SIZE?: number;

  @IsOptional() @MinLength(32) JWT_SECRET?: string;
  @IsOptional() @MinLength(32) DOWNLOAD_SECRET?: string;
  @IsOptional()
  @Transform(toList)
  @IsEmail({ allow_ip_domain: true, require_tld: false }, { each: true })
  ADMIN_EMAILS?: string[];

  @IsOptional()
  @Matches(/^(sk|rk)_/, { message: '$property must be a Stripe secret key (sk_… or rk_…)' })
  STRIPE_SECRET_KEY?: string;
  @IsOptional()
  @Matches(/^whsec_/, { message: '$property must be a Stripe webhook secret (whsec_…)' })
  STRIPE_WEBHOOK_SECRET?: string;
  @IsOptional() @IsUrl(HTTP_URL) STRIPE_API_BASE?: string;

  @OptionalText() GCS_BUCKET?: string;
  @OptionalText() GCS_PROJECT_ID?: string;
  @OptionalText() GOOGLE_APPLICATION_CREDENTIALS?: string;
  @OptionalText() GCS_CLIENT_EMAIL?: string;
  @OptionalText() GCS_PRIVATE_KEY?: string;
  @IsOptional() @IsUrl(HTTP_URL) GCS_API_ENDPOINT?: string;

  @IsOptional() @Matches(/^SG\./, { message: '$property must be a SendGrid API key (SG.…)' }) SENDGRID_API_KEY?: string;
  @IsOptional() @IsUrl(HTTP_URL) SENDGRID_API_BASE?: string;
  @IsOptional() @IsEmail() EMAIL_FROM?: string;
  @OptionalText() EMAIL_FROM_NAME?: string;

  @OptionalText() STORAGE_FALLBACK_DIR?: string;
  @OptionalInteger(0) STORAGE_MIN_FREE_MB?: number;
  @OptionalText() FFMPEG_PATH?: string;
  @OptionalInteger(1, 64) RENDER_CONCURRENCY?: number;
  @OptionalInteger(1_000) RENDER_STALL_TIMEOUT_MS?: number;
  @OptionalInteger(256) RENDER_MEMORY_LIMIT_MB?: number;
  @OptionalText() RENDER_TEMP_DIR?: string;

  @IsOptional()
  @Transform(toList)
  @Matches(/^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])$/i, {
    each: true,
    message: 'each value in $property must be a host name or an address, without scheme and port',
  })
  ALERT_WEBHOOK_ALLOWED_HOSTS?: string[];

  @OptionalInteger(1) RATE_LIMIT_PER_MINUTE?: number;
  @OptionalInteger(1) RATE_LIMIT_PER_HOUR?: number;
  @OptionalInteger(1) RATE_LIMIT_AUTH_PER_MINUTE?: number;
  @OptionalInteger(1) RATE_LIMIT_CREATE_SESSION_PER_MINUTE?: number;
  @OptionalInteger(1) RATE_LIMIT_SUBMIT_PER_MINUTE?: number;
  @OptionalInteger(1) RATE_LIMIT_BROWSER_ERRORS_PER_MINUTE?: number;

  @OptionalInteger(1, 65_535) SANDBOX_PORT?: number;

  /** `RESILIENCE_<SERVICE>_<SETTING>`, declared below for every service. */
  readonly [resilienceVariable: `RESILIENCE_${string}`]: number | undefined;
}

/** Names of all `RESILIENCE_*` variables. */
export const RESILIENCE_VARIABLES: readonly `RESILIENCE_${string}`[] = SERVICE_NAMES.flatMap((service) =>
  Object.values(POLICY_VARIABLES).map((suffix) => `RESILIENCE_${service.toUpperCase()}_${suffix}` as const),
);

for (const variable of RESILIENCE_VARIABLES) {
  OptionalInteger(variable.endsWith('_QUEUE') ? 0 : 1)(Environment.prototype, variable);
}

/** Reads and checks the variables; an empty one counts as absent. Problems name the variable, never its value. */
export function readEnvironment(env: NodeJS.ProcessEnv): { environment: Environment; problems: readonly string[] } {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const environment = plainToInstance(Environment, present);
  const problems = validateSync(environment, { validationError: { target: false, value: false } }).map(describeProblem);
  return { environment, problems };
}

function describeProblem(error: ValidationError): string {
  return `${error.property}: ${Object.values(error.constraints ?? {}).join('; ')}`;
}
