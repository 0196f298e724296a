import { CountField, Field } from './openapi/field.js';
import { WholeNumber } from './whole-number.js';

const DEFAULT_PER_PAGE = 20;
const MAX_PER_PAGE = 100;

/** Beyond this page PostgreSQL's `OFFSET` would leave the range of a 32-bit integer. */
const MAX_PAGE = 1_000_000;

/** Query parameters of every list: `?page=2&per_page=50`. */
export class PageQuery {
  @Field({ description: 'From 1' })
  @WholeNumber('page', 1, MAX_PAGE)
  page: number = 1;

  @Field({ description: 'Entries on a page' })
  @WholeNumber('per_page', 1, MAX_PER_PAGE)
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
