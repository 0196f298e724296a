import { Type } from 'class-transformer';
import {
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNumber,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import type { ErrorLevel } from '../../../platform/errors/index.js';
import { Field, IsWellFormedText, OptionalField } from '../../../platform/http/index.js';
import { DAY_SECONDS, LEVELS, MAX_NAME, METHODS, SECRET_LENGTH } from '../rules/rule-check.js';
import type { NewRule, RuleChanges, RuleFilters } from '../rules/rule-settings.js';

/** The kinds of which an operator's rule can be; see `AlertKind`. */
const KINDS = ['count', 'rate'] as const;

/** Which errors a rule is about; what is left out, or null, does not narrow it. */
export class AlertFiltersDto {
  @Field({ nullable: true, description: 'Of the catalogue', example: 'STRIPE_TIMEOUT' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  readonly code?: string | null;

  @Field({ nullable: true, example: 'stripe' })
  @IsOptional()
  @IsString()
  @MaxLength(64)
  readonly service?: string | null;

  @Field({ nullable: true, enumName: 'ErrorLevel' })
  @IsOptional()
  @IsIn(LEVELS)
  readonly level?: ErrorLevel | null;

  @Field({ nullable: true, format: 'uuid', description: 'A group of errors' })
  @IsOptional()
  @IsString()
  @MaxLength(64)
  readonly group_id?: string | null;
}

/** What may be said about a rule; the conditions between the fields are those of `checkRule`. */
class AlertRuleFields {
  @Field({ description: 'Default: the condition in words', example: 'Stripe is slow' })
  @OptionalField()
  @IsString()
  @MaxLength(MAX_NAME)
  @IsWellFormedText()
  readonly name?: string;

  @Field({
    enumName: 'ConfigurableAlertKind',
    description: '`count`: errors in the window; `rate`: percent of the requests in the window. Default `count`',
  })
  @OptionalField()
  @IsIn(KINDS)
  readonly kind?: (typeof KINDS)[number];

  @Field({ description: 'Seconds for which nobody is told again after a notification. Default 300' })
  @OptionalField()
  @IsInt()
  @Min(0)
  @Max(DAY_SECONDS)
  readonly cooldown?: number;

  @Field({ description: 'Default true' })
  @OptionalField()
  @IsBoolean()
  readonly enabled?: boolean;

  @Field({ type: [String], nullable: true, description: 'For `email`; null for the administrators' })
  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  readonly email_addresses?: readonly string[] | null;

  @Field({ description: 'For `webhook`: where to post', example: 'https://hooks.example.com/oriel' })
  @OptionalField()
  @IsString()
  @IsWellFormedText()
  readonly webhook_url?: string;

  @Field({ format: 'password', description: 'For `webhook`: the key of the signature. Never shown again' })
  @OptionalField()
  @IsString()
  @MaxLength(SECRET_LENGTH.max)
  @IsWellFormedText()
  readonly webhook_secret?: string;

  @Field({ type: AlertFiltersDto, description: 'Replaces all filters' })
  @OptionalField()
  @ValidateNested()
  @Type(() => AlertFiltersDto)
  readonly filters?: AlertFiltersDto;
}

const THRESHOLD = { description: 'Errors for `count`, percent for `rate`', example: 10 } as const;
const WINDOW = { description: 'Seconds', example: 300 } as const;
// A free text for the rules, so that methods that are still to come are refused by their names.
const METHOD = { enum: METHODS, enumName: 'AlertNotificationMethod' } as const;

/** Body of `POST alerts/configure`. */
export class ConfigureAlertDto extends AlertRuleFields {
  @Field(THRESHOLD)
  @IsNumber()
  readonly error_threshold!: number;

  @Field(WINDOW)
  @IsInt()
  @Min(1)
  @Max(DAY_SECONDS)
  readonly time_window!: number;

  @Field(METHOD)
  @IsString()
  readonly notification_method!: string;
}

/** Body of `PATCH alerts/:id`. What is left out stays as it is. */
export class PatchAlertDto extends AlertRuleFields {
  @Field(THRESHOLD)
  @OptionalField()
  @IsNumber()
  readonly error_threshold?: number;

  @Field(WINDOW)
  @OptionalField()
  @IsInt()
  @Min(1)
  @Max(DAY_SECONDS)
  readonly time_window?: number;

  @Field(METHOD)
  @OptionalField()
  @IsString()
  readonly notification_method?: string;
}

/** A change in the terms of the rules. */
export function ruleChanges(body: ConfigureAlertDto | PatchAlertDto): RuleChanges {
  return {
    name: body.name,
    kind: body.kind,
    errorThreshold: body.error_threshold,
    timeWindowSeconds: body.time_window,
    notificationMethod: body.notification_method,
    cooldownSeconds: body.cooldown,
    enabled: body.enabled,
    emailAddresses: body.email_addresses,
    webhookUrl: body.webhook_url,
    webhookSecret: body.webhook_secret,
    filters: body.filters === undefined ? undefined : ruleFilters(body.filters),
  };
}

/** A new rule in the terms of the rules. */
export function newRule(body: ConfigureAlertDto): NewRule {
  return {
    ...ruleChanges(body),
    errorThreshold: body.error_threshold,
    timeWindowSeconds: body.time_window,
    notificationMethod: body.notification_method,
  };
}

function ruleFilters({ code, service, level, group_id: groupId }: AlertFiltersDto): RuleFilters {
  return { code, service, level, groupId };
}
