import { RequestMethod, type Type } from '@nestjs/common';
import {
  GUARDS_METADATA,
  HTTP_CODE_METADATA,
  METHOD_METADATA,
  PARAMTYPES_METADATA,
  ROUTE_ARGS_METADATA,
} from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { ErrorCode } from '../../errors/index.js';
import { isExemptFromLimits } from '../rate-limits/rate-limit.decorator.js';

const GUARD_ERRORS = Symbol('GuardErrors');

/** Marks a guard that wants a bearer token. @param codes - of the errors it refuses a request with */
export function BearerGuard(...codes: readonly ErrorCode[]): ClassDecorator {
  return (guard) => {
    Reflect.defineMetadata(GUARD_ERRORS, codes, guard);
  };
}

/** Errors of whatever asks the database. */
export const DATABASE_FAILURES = [
  'DATABASE_ERROR',
  'DATABASE_CONNECTION_ERROR',
  'DATABASE_TIMEOUT',
  'DATABASE_OVERLOADED',
] as const satisfies readonly ErrorCode[];

const BODY_ERRORS = [
  'BAD_REQUEST',
  'REQUEST_TIMEOUT',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
] as const satisfies readonly ErrorCode[];

/** What the code of a route says about it, so that its documentation need not repeat it. */
export interface RouteFacts {
  readonly successStatus: number;
  readonly guarded: boolean;
  readonly limited: boolean;
  /** Classes its body and its query are validated by. */
  readonly validated: readonly Type[];
  /** Errors it has because of its guards, limits and validation, whatever its handler does. */
  readonly errors: readonly ErrorCode[];
}

/**
 * @param prototype - of the controller
 * @param key - name of the handler
 * @param read - classes that validate what the handler reads by itself
 */
export function routeFacts(prototype: object, key: string | symbol, read: readonly Type[] = []): RouteFacts {
  const handler = (prototype as Readonly<Record<string | symbol, unknown>>)[key] as Function;
  const guardErrors = [handler, prototype.constructor].flatMap(bearerErrors);
  const bodies = argumentTypes(prototype, key, RouteParamtypes.BODY);
  const validated = [...read, ...bodies, ...argumentTypes(prototype, key, RouteParamtypes.QUERY)];
  const limited = !isExemptFromLimits(handler);
  return {
    successStatus: successStatus(handler),
    guarded: guardErrors.length > 0,
    limited,
    validated,
    errors: [
      ...(bodies.length > 0 ? BODY_ERRORS : []),
      ...guardErrors,
      ...(validated.length > 0 ? (['VALIDATION_ERROR'] as const) : []),
      ...(limited ? (['RATE_LIMIT_EXCEEDED'] as const) : []),
      'INTERNAL_SERVER_ERROR',
    ],
  };
}

function bearerErrors(guardedBy: Function): readonly ErrorCode[] {
  const guards = (Reflect.getMetadata(GUARDS_METADATA, guardedBy) ?? []) as readonly object[];
  return guards.flatMap((guard) => (Reflect.getMetadata(GUARD_ERRORS, guard) ?? []) as readonly ErrorCode[]);
}

function argumentTypes(prototype: object, key: string | symbol, kind: RouteParamtypes): readonly Type[] {
  const types = (Reflect.getMetadata(PARAMTYPES_METADATA, prototype, key) ?? []) as readonly Type[];
  const args = (Reflect.getMetadata(ROUTE_ARGS_METADATA, prototype.constructor, key) ?? {}) as Readonly<
    Record<string, { readonly index: number }>
  >;
  return Object.entries(args)
    .filter(([name]) => name.startsWith(`${kind}:`))
    .flatMap(([, { index }]) => types[index] ?? [])
    .filter((type) => type !== Object);
}

function successStatus(handler: Function): number {
  const given = Reflect.getMetadata(HTTP_CODE_METADATA, handler) as number | undefined;
  const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
  return given ?? (method === RequestMethod.POST ? 201 : 200);
}
