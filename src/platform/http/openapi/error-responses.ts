import { STATUS_CODES } from 'node:http';
import type { ApiResponseOptions, ComponentsObject } from '@nestjs/swagger';
import { ERROR_CATALOGUE, type ErrorCode } from '../../errors/index.js';

type Schemas = NonNullable<ComponentsObject['schemas']>;
type Schema = Schemas[string];

/** Where the document keeps the schema of every error. */
const ENVELOPE = { $ref: '#/components/schemas/ErrorEnvelope' } as const;

/** Details whose shape is the same wherever they occur; the others are described in words. */
const DETAIL_SCHEMAS: Readonly<Record<string, Schema>> = {
  fields: { type: 'array', items: { $ref: '#/components/schemas/FieldProblem' } },
  retry_after: { type: 'integer', minimum: 1 },
};

/** The envelope and what it is made of. */
export const ERROR_SCHEMAS: Schemas = {
  ErrorCode: {
    type: 'string',
    enum: Object.keys(ERROR_CATALOGUE),
    description: 'Stable identifier of an error; codes are added, never renamed or removed',
  },
  ErrorEnvelope: {
    type: 'object',
    description: 'The body of every answer with a status of 400 or above',
    required: ['error'],
    properties: {
      error: {
        type: 'object',
        required: ['code', 'message', 'details', 'timestamp', 'recoverable'],
        properties: {
          code: { $ref: '#/components/schemas/ErrorCode' },
          message: { type: 'string', description: 'One sentence a customer may read' },
          details: {
            type: 'object',
            required: ['request_id'],
            properties: { request_id: { type: 'string', description: 'Also in the `X-Request-Id` header' } },
            additionalProperties: true,
          },
          timestamp: { type: 'string', format: 'date-time', example: '2026-01-31T12:00:00.000Z' },
          recoverable: { type: 'boolean', description: 'Whether the person can do something about it' },
        },
      },
    },
  },
  FieldProblem: {
    type: 'object',
    required: ['field', 'message', 'constraint'],
    properties: {
      field: { type: 'string', description: 'Path of the field as it was sent', example: 'render_config.fps' },
      message: { type: 'string', description: 'One sentence a customer may read' },
      constraint: { type: 'string', description: 'Identifier of the rule that is broken', example: 'isEmail' },
    },
  },
};

/** Any error, also one that no route has of its own: a wrong method, a header that is too long. */
export const DEFAULT_ERROR = {
  description: 'Any other error: the envelope is the same',
  content: { 'application/json': { schema: ENVELOPE } },
} as const;

/** One response for each status these codes have: the envelope, narrowed to the codes and their details. */
export function errorResponses(
  codes: Iterable<ErrorCode>,
): readonly (ApiResponseOptions & { readonly status: number })[] {
  const byStatus = Map.groupBy(new Set(codes), (code) => ERROR_CATALOGUE[code].status as number);
  return [...byStatus]
    .sort(([left], [right]) => left - right)
    .map(([status, same]) => ({ status, description: describe(status, same), schema: narrowed(same) }));
}

function describe(status: number, codes: readonly ErrorCode[]): string {
  const lines = codes.map((code) => `- \`${code}\`: ${ERROR_CATALOGUE[code].cause}`);
  return `${STATUS_CODES[status] ?? 'Error'}\n\n${lines.join('\n')}`;
}

function narrowed(codes: readonly ErrorCode[]): { allOf: Schema[] } {
  const details = Object.fromEntries(codes.flatMap(detailsOf));
  const properties: Record<string, Schema> = { code: { type: 'string', enum: [...codes] } };
  if (Object.keys(details).length > 0) properties['details'] = { type: 'object', properties: details };
  return { allOf: [ENVELOPE, { type: 'object', properties: { error: { type: 'object', properties } } }] };
}

function detailsOf(code: ErrorCode): readonly (readonly [string, Schema])[] {
  const { details }: { readonly details: Readonly<Record<string, string>> } = ERROR_CATALOGUE[code];
  return Object.entries(details).map(([name, description]) => [name, { ...DETAIL_SCHEMAS[name], description }]);
}
