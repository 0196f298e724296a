import type { ApiPropertyOptions } from '@nestjs/swagger';
import { noteForDocument } from './documentation.js';

/** What the document says about a field: a schema, or the class of an object (`[X]` for a list of them). */
export type FieldDescription = ApiPropertyOptions;

/**
 * Documents a field of an answer, or what validation rules do not say about a field of a request (a description, an example).
 * The type is that of the property unless given; a union, an array and an interface have none of their own.
 */
export function Field(description: FieldDescription = {}): PropertyDecorator {
  return (target, key) => {
    noteForDocument(({ swagger }) => swagger.ApiProperty(description)(target, key));
  };
}

/** A UUID. */
export const IdField = (description: FieldDescription = {}): PropertyDecorator =>
  Field({ type: 'string', format: 'uuid', ...description });

/** A point in time: ISO 8601 in UTC with milliseconds. */
export const TimeField = (description: FieldDescription = {}): PropertyDecorator =>
  Field({ type: 'string', format: 'date-time', example: '2026-01-31T12:00:00.000Z', ...description });

/** A whole number, 0 or more. */
export const CountField = (description: FieldDescription = {}): PropertyDecorator =>
  Field({ type: 'integer', minimum: 0, ...description });
