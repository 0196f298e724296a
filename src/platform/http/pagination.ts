import { Transform } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';
import { CountField, Field } from './openapi/field.js';

const DEFAULT_PER_PAGE = 20;
const MAX_PER_PAGE = 100;

/** Beyond this page PostgreSQL's `OFFSET` would leave the range of a 32-bit integer. */
const MAX_PAGE = 1_000_000;

/** Query parameters of every list: `?page=2&per_page=50`. */
export class PageQuery {
  @Field({ description: 'From 1' })
  @Transform(({ value }) => toInteger(value))
  @IsInt({ message: 'page must be a whole number' })
  @Min(1, { message: 'page must be at least 1' })
  @Max(MAX_PAGE, { message: `page must be at most ${MAX_PAGE}` })
  page: number = 1;

  @Field({ description: 'Entries on a page' })
  @Transform(({ value }) => toInteger(value))
  @IsInt({ message: 'per_page must be a whole number' })
  @Min(1, { message: 'per_page must be at least 1' })
  @Max(MAX_PER_PAGE, { message: `per_page must be at most ${MAX_PER_PAGE}` })
  per_page: number = DEFAULT_PER_PAGE;
}

/** `pagination` of a list response. */
export class Pagination {
  @CountField({ minimum: 1 })
  readonly page!: number;

  @CountField({ minimum: 1 })
  readonly per_page!: number;

  @CountField({ description: 'Entries on all pages together' })
  readonly total!: number;

  @CountField()
  readonly pages!: number;
}

/** @param total - number of entries on all pages together. */
export function pagination(page: number, perPage: number, total: number): Pagination {
  return { page, per_page: perPage, total, pages: Math.ceil(total / perPage) };
}

/** Only plain decimal digits: `Number` would also take hexadecimal, exponents and blanks. */
function toInteger(value: unknown): unknown {
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
}
