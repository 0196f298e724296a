import { globSync, readFileSync } from 'node:fs';
import { STATUS_CODES } from 'node:http';
import type { CatalogueEntry } from './catalogue/catalogue-entry.js';
import { CATALOGUE_GROUPS, ERROR_CATALOGUE, isErrorCode } from './error-catalogue.js';

const ENTRIES: readonly (readonly [string, CatalogueEntry])[] = Object.entries(ERROR_CATALOGUE);
const SOURCE = new URL('../../', import.meta.url);

/** A code where an error is made: `new SomeError('CODE'`, or compared: `.code === 'CODE'`. */
const MENTION = /new \w*Error\(\s*'([A-Z][A-Z0-9_]+)'|\.code [!=]== '([A-Z][A-Z0-9_]{4,})'/g;

/** Codes of Node and PostgreSQL that are compared in the same way. */
const FOREIGN = /^(?:E[A-Z]{3,}|ERR_\w+|\d{2}\w{3})$/;

describe('ERROR_CATALOGUE', () => {
  it.each(ENTRIES)('%s is named, answered and explained', (code, entry) => {
    expect(code).toMatch(/^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/);
    expect(STATUS_CODES[entry.status]).toBeDefined();
    expect(entry.status).toBeGreaterThanOrEqual(400);
    for (const text of [entry.message, entry.cause, entry.remedy]) expect(text).toMatch(/^[A-Z`].{10,}[.]$/s);
    for (const [key, meaning] of Object.entries(entry.details)) {
      expect(key).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(meaning.length).toBeGreaterThan(5);
    }
  });

  it.each(ENTRIES.filter(([, { status }]) => status === 429 || status === 503))(
    '%s documents retry_after',
    (_, entry) => {
      expect(entry.details).toHaveProperty('retry_after');
    },
  );

  it.each(ENTRIES)('%s has a level that fits its status', (_, { status, level }) => {
    expect(status >= 500 ? ['warn', 'error', 'fatal'] : ['info', 'warn', 'error']).toContain(level);
  });

  it.each(ENTRIES.filter(([, { status }]) => status < 500 && status !== 429))('%s is not tried again', (_, entry) => {
    expect(entry.retryable).toBe(false);
  });

  it('has no code in two groups', () => {
    const codes = Object.values(CATALOGUE_GROUPS).flatMap((group) => Object.keys(group));
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.sort()).toEqual(Object.keys(ERROR_CATALOGUE).sort());
  });

  it.each(['STRIPE', 'GCS', 'SENDGRID'])('knows the six ways in which %s fails', (service) => {
    for (const way of ['SERVICE_ERROR', 'TIMEOUT', 'CONNECTION_ERROR', 'AUTH_ERROR', 'RATE_LIMITED', 'UNAVAILABLE']) {
      expect(ERROR_CATALOGUE).toHaveProperty(`${service}_${way}`, expect.objectContaining({ status: 503 }));
    }
  });

  it('knows every code that the source mentions', () => {
    const mentioned = globSync('**/*.ts', { cwd: SOURCE, exclude: ['**/*.spec.ts'] }).flatMap((file) =>
      [...readFileSync(new URL(file, SOURCE), 'utf8').matchAll(MENTION)].map(([, made, compared]) => ({
        file,
        code: made ?? compared ?? '',
      })),
    );
    expect(mentioned.length).toBeGreaterThan(20);
    expect(mentioned.filter(({ code }) => !isErrorCode(code) && !FOREIGN.test(code))).toEqual([]);
  });

  it('recognises its codes and nothing of Object’s', () => {
    expect(isErrorCode('NOT_FOUND')).toBe(true);
    for (const other of ['toString', '__proto__', 'not_found', '', null, 404]) expect(isErrorCode(other)).toBe(false);
  });
});
