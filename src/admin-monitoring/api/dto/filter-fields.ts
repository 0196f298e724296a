import { applyDecorators } from '@nestjs/common';
import { IsIn, IsUUID, Matches, MaxLength } from 'class-validator';
import { Field, IsPointInTime, OptionalField } from '../../../platform/http/index.js';

export const ERROR_LEVELS = ['info', 'warn', 'error', 'fatal'] as const;

const CODE = /^[A-Z][A-Z0-9_]{0,63}$/;
const SERVICE = /^[a-z][a-z0-9_-]{0,31}$/;

/** Only errors of this severity. */
export const LevelFilter = (): PropertyDecorator =>
  applyDecorators(
    Field({ enumName: 'ErrorLevel' }),
    OptionalField(),
    IsIn(ERROR_LEVELS, { message: `level must be one of ${ERROR_LEVELS.join(', ')}` }),
  );

/** Only errors of this code. Codes of earlier releases can be asked for too, so it need not be in the catalogue. */
export const CodeFilter = (): PropertyDecorator =>
  applyDecorators(
    Field({ example: 'STORAGE_ERROR' }),
    OptionalField(),
    Matches(CODE, { message: 'code must be a code of an error, such as STORAGE_ERROR' }),
  );

/** Only errors about this dependency. */
export const ServiceFilter = (): PropertyDecorator =>
  applyDecorators(
    Field({ example: 'gcs' }),
    OptionalField(),
    Matches(SERVICE, { message: 'service must be the name of a service, such as gcs' }),
  );

/** Only errors of this group. */
export const GroupFilter = (): PropertyDecorator =>
  applyDecorators(OptionalField(), IsUUID('all', { message: 'group_id must be the id of a group' }));

/** A moment as text. */
export const TimeFilter = (description: string): PropertyDecorator =>
  applyDecorators(Field({ type: 'string', format: 'date-time', description }), OptionalField(), IsPointInTime());

/** `next_cursor` of the page before. */
export const CursorFilter = (): PropertyDecorator =>
  applyDecorators(
    Field({ description: '`next_cursor` of the page before' }),
    OptionalField(),
    MaxLength(200, { message: 'cursor is not one that a page has given' }),
  );
