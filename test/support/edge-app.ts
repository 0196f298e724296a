import { Readable } from 'node:stream';
import type { AddressInfo } from 'node:net';
import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Req, StreamableFile } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { IsEmail, IsString, MaxLength, MinLength } from 'class-validator';
import type { FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { type AppConfig, ConfigModule } from '../../src/config/index.js';
import { testConfig } from '../../src/config/testing.js';
import { configureApp, fastifyOptions } from '../../src/configure-app.js';
import {
  type ApiError,
  AuthenticationError,
  ERROR_SINK,
  type ErrorContext,
  type ErrorSink,
  NotFoundError,
} from '../../src/platform/errors/index.js';
import { ErrorsModule } from '../../src/platform/errors/errors.module.js';
import {
  HttpModule,
  NoRateLimit,
  PageQuery,
  pagination,
  RateLimit,
  RequestContext,
} from '../../src/platform/http/index.js';
import { SecurityLog } from '../../src/platform/logging/index.js';
import { TimeModule } from '../../src/platform/time/index.js';
import type { Address } from './raw-http.js';

/** What was captured, in order. */
class RecordingSink implements ErrorSink {
  readonly captured: { readonly error: ApiError; readonly context: ErrorContext }[] = [];

  capture(error: ApiError, context: ErrorContext): void {
    this.captured.push({ error, context });
  }
}

class Credentials {
  @IsEmail()
  @MaxLength(254)
  email!: string;

  @IsString()
  @MinLength(8)
  @MaxLength(128)
  password!: string;
}

/** Routes of the product's shape, with nothing behind them. */
@Controller()
class EdgeController {
  /** Opened by a test when a held request may go on. */
  static gate: Promise<void> = Promise.resolve();

  constructor(private readonly context: RequestContext) {}

  @Post('api/auth/login')
  @HttpCode(200)
  @RateLimit('auth')
  login(@Body() { email }: Credentials): object {
    if (email.startsWith('known')) return { user: email, request_id: this.context.requestId };
    throw new AuthenticationError();
  }

  @Get('api/payments/tiers')
  tiers(@Query() { page, per_page: perPage }: PageQuery): object {
    return { tiers: [], pagination: pagination(page, perPage, 41) };
  }

  @Get('api/jobs/render/status/:job_id')
  status(): never {
    throw new NotFoundError('JOB_NOT_FOUND');
  }

  @Post('api/jobs/render/submit')
  @HttpCode(202)
  async submit(@Req() request: FastifyRequest): Promise<object> {
    const names: string[] = [];
    for await (const part of request.parts()) {
      names.push(part.fieldname);
      if (part.type === 'file') await part.toBuffer();
    }
    return { names };
  }

  @Post('context')
  @HttpCode(200)
  async contextAfterBody(@Body() _body: object): Promise<object> {
    await Promise.resolve();
    const { requestId, traceId, endpoint } = this.context;
    return { requestId, traceId, endpoint };
  }

  @Get('throw/:what')
  throw(@Param('what') what: string): never {
    throw THROWN[what];
  }

  @Get('broken-stream')
  brokenStream(): StreamableFile {
    return new StreamableFile(Readable.from(breaksOff()), { length: 100_000 });
  }

  @Get('held')
  async held(): Promise<object> {
    await EdgeController.gate;
    return { held: true };
  }
}

/** Exempt as a whole, as probes are. */
@NoRateLimit()
@Controller('health')
class ProbeController {
  @Get('live')
  live(@Headers('host') host: string): object {
    return { host };
  }
}

/** Exempt in one route. */
@Controller('webhook')
class WebhookController {
  @Get('exempt')
  @NoRateLimit()
  exempt(): object {
    return {};
  }
}

const SQL_TEXT = 'duplicate key value violates unique constraint "uq_users_email"';

/** Things that a defect may throw, by name. */
const THROWN: Readonly<Record<string, unknown>> = {
  error: new Error(SQL_TEXT),
  string: 'just text',
  null: null,
  nothing: undefined,
  frozen: Object.freeze({ message: 'frozen' }),
  getter: Object.defineProperty(new Error('x'), 'code', {
    get: () => {
      throw new Error('even looking hurts');
    },
  }),
  huge: new Error('x'.repeat(10_000_000)),
  vendor: Object.assign(new Error('No such customer: cus_123'), { statusCode: 404, type: 'StripeInvalidRequestError' }),
};

function* breaksOff(): Generator<Buffer> {
  yield Buffer.alloc(50_000);
  throw new Error('the disk went away');
}

export interface EdgeApp {
  readonly app: NestFastifyApplication;
  readonly address: Address;
  readonly sink: RecordingSink;
  /** Holds `GET /held` until the returned function is called. */
  hold(): () => void;
  close(): Promise<void>;
}

/** Overrides of the configuration, and the database of the strict limits (default: one that cannot be reached). */
export interface EdgeAppOptions {
  readonly config?: Parameters<typeof testConfig>[0];
  readonly dataSource?: DataSource;
}

/** The real edge (hooks, filter, limits, parsers) on a free port, around routes that do next to nothing. */
export async function startEdgeApp({ config: overrides = {}, dataSource }: EdgeAppOptions = {}): Promise<EdgeApp> {
  const config: AppConfig = testConfig(overrides);
  const sink = new RecordingSink();
  const module = await Test.createTestingModule({
    imports: [
      ConfigModule.register(config),
      TimeModule,
      HttpModule,
      ErrorsModule,
      {
        module: class Surroundings {},
        global: true,
        providers: [{ provide: DataSource, useValue: dataSource ?? unreachableDatabase() }, SecurityLog],
        exports: [DataSource, SecurityLog],
      },
    ],
    controllers: [EdgeController, ProbeController, WebhookController],
  })
    .overrideProvider(ERROR_SINK)
    .useValue(sink)
    .compile();
  const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(fastifyOptions(config)), {
    logger: false,
    rawBody: true,
  });
  await configureApp(app, config);
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return { app, address: { host: '127.0.0.1', port }, sink, hold, close: () => app.close() };
}

function hold(): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  EdgeController.gate = promise;
  return resolve;
}

function unreachableDatabase(): DataSource {
  return new DataSource({ type: 'postgres', url: 'postgres://nobody@127.0.0.1:9/none' });
}
