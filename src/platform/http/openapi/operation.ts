import { STATUS_CODES } from 'node:http';
import type { Type } from '@nestjs/common';
import type { ApiResponseOptions, HeadersObject } from '@nestjs/swagger';
import type { ErrorCode } from '../../errors/index.js';
import { type DocumentationLibraries, noteForDocument } from './documentation.js';
import { errorResponses } from './error-responses.js';
import { type RouteFacts, routeFacts } from './route-facts.js';
import { documentValidatedFields } from './validated-fields.js';

/** What the code of a route does not say about it. */
export interface OperationDescription {
  /** What it does, in a few words. */
  readonly summary: string;
  readonly description?: string;
  /** Class of the JSON that a success answers with; none for an empty body. */
  readonly answer?: Type;
  /** What else is to be said about the success, or other successes; by status. */
  readonly answers?: Readonly<Record<number, Omit<ApiResponseOptions, 'status'>>>;
  /** Classes that validate what the handler reads by itself. */
  readonly validated?: readonly Type[];
  /** Errors of the handler itself; those of guards, limits and validation are known. */
  readonly errors?: readonly ErrorCode[];
  /** Decorators of `@nestjs/swagger` for what is left: forms, headers, parameters. */
  readonly also?: (swagger: DocumentationLibraries['swagger']) => readonly MethodDecorator[];
}

type Decorate = (decorator: MethodDecorator) => void;

/** Names of `components.headers`; the answers refer to them. */
const header = (name: string): { readonly $ref: string } => ({ $ref: `#/components/headers/${name}` });

const LIMIT_HEADERS = ['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset', 'RateLimit-Policy'];

/** Documents a route. Status, guards, limits, parameters and validation are read off its code. */
export function Operation(description: OperationDescription): MethodDecorator {
  return (prototype, key, descriptor) => {
    noteForDocument((libraries) => {
      const decorate: Decorate = (decorator) => void decorator(prototype, key, descriptor);
      const facts = routeFacts(prototype, key, description.validated);
      for (const type of facts.validated) documentValidatedFields(type, libraries);
      describeRequest(decorate, libraries, description, facts);
      describeAnswers(decorate, libraries, description, facts);
    });
  };
}

/** Puts the routes of a controller under a heading of the document. */
export function Tag(name: string): ClassDecorator {
  return (controller) => {
    noteForDocument(({ swagger }) => swagger.ApiTags(name)(controller));
  };
}

function describeRequest(
  decorate: Decorate,
  { swagger }: DocumentationLibraries,
  { summary, description, also }: OperationDescription,
  { guarded }: RouteFacts,
): void {
  decorate(swagger.ApiOperation({ summary, ...(description === undefined ? {} : { description }) }));
  if (guarded) decorate(swagger.ApiBearerAuth());
  for (const decorator of also?.(swagger) ?? []) decorate(decorator);
}

function describeAnswers(
  decorate: Decorate,
  { swagger }: DocumentationLibraries,
  { answer, answers = {}, errors = [] }: OperationDescription,
  facts: RouteFacts,
): void {
  const limits = facts.limited ? LIMIT_HEADERS : [];
  const success = { ...(answer === undefined ? {} : { type: answer }), ...answers[facts.successStatus] };
  for (const [status, response] of Object.entries({ ...answers, [facts.successStatus]: success })) {
    decorate(swagger.ApiResponse(complete(Number(status), response, limits)));
  }
  for (const response of errorResponses([...facts.errors, ...errors])) {
    const { status } = response;
    decorate(swagger.ApiResponse(complete(status, response, errorHeaders(status, limits))));
  }
}

function complete(status: number, response: ApiResponseOptions, names: readonly string[]): ApiResponseOptions {
  const headers: HeadersObject = Object.fromEntries(['X-Request-Id', ...names].map((name) => [name, header(name)]));
  return {
    description: STATUS_CODES[status] ?? 'Success',
    ...response,
    status,
    headers: { ...headers, ...response.headers },
  };
}

function errorHeaders(status: number, limits: readonly string[]): readonly string[] {
  switch (status) {
    case 401:
      return ['WWW-Authenticate'];
    case 429:
      return ['Retry-After', ...limits];
    case 503:
      return ['Retry-After'];
    default:
      return [];
  }
}
