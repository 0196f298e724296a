import { ERROR_CATALOGUE, isErrorCode } from '../../../src/platform/errors/index.js';
import { codesOf, type DocumentedOperation, type OpenApiDocument, operationsOf, resolve } from './document.js';
import { OpenApiApp } from './openapi-app.js';
import { structuralProblems } from './structure.js';

describe('the OpenAPI document', () => {
  let app: OpenApiApp;
  let document: OpenApiDocument;
  let operations: readonly DocumentedOperation[];

  beforeAll(async () => {
    app = await OpenApiApp.start();
    document = await app.document();
    operations = operationsOf(document);
  });

  afterAll(async () => {
    await app.close();
  });

  it('is OpenAPI 3.1', () => {
    expect(structuralProblems(document)).toEqual([]);
  });

  it('describes the routes that are served, and no others', () => {
    const served = app.routes
      .filter(({ method, path }) => !['HEAD', 'OPTIONS'].includes(method) && !path.startsWith('/docs'))
      .map(({ method, path }) => `${method} ${path}`);
    expect(operations.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(served.sort());
    expect(served.length).toBeGreaterThan(20);
  });

  it('has the schema of the envelope for every error of every route', () => {
    for (const { method, path, operation } of operations) {
      expect([method, path, operation.responses['default']]).toEqual([
        method,
        path,
        { $ref: '#/components/responses/Error' },
      ]);
    }
    expect(resolve(document, { $ref: '#/components/responses/Error' })).toMatchObject({
      content: { 'application/json': { schema: { $ref: '#/components/schemas/ErrorEnvelope' } } },
    });
  });

  it('lists codes under the status that the catalogue gives them', () => {
    for (const { path, operation } of operations) {
      for (const [status, response] of Object.entries(operation.responses)) {
        if (!/^[45]/.test(status)) continue;
        const codes = codesOf(response);
        expect([path, status, codes.length > 0]).toEqual([path, status, true]);
        for (const code of codes) {
          expect([path, code, isErrorCode(code) && ERROR_CATALOGUE[code].status]).toEqual([path, code, Number(status)]);
        }
      }
    }
  });

  it('has a schema for every success that has a body', () => {
    for (const { path, operation } of operations) {
      for (const [status, { content }] of Object.entries(operation.responses)) {
        if (!status.startsWith('2')) continue;
        expect([path, status, content !== undefined]).toEqual([path, status, status !== '204']);
      }
    }
  });

  it('demands a token for exactly the routes that do', async () => {
    for (const { method, path, operation } of operations) {
      const { status, body } = await app.ask(method, path.replaceAll(/\{\w+\}/g, 'x'));
      const refused = status === 401 && JSON.stringify(body).includes('"UNAUTHORIZED"');
      expect([method, path, operation.security !== undefined]).toEqual([method, path, refused]);
    }
  });

  it('repeats what validation demands of a request', () => {
    expect(document.components.schemas['RegisterDto']).toMatchObject({
      required: ['email', 'password'],
      properties: {
        email: { type: 'string', format: 'email', maxLength: 254 },
        password: { type: 'string', minLength: 8, maxLength: 128 },
      },
    });
    expect(document.components.schemas['RenderConfigDto']).toMatchObject({
      required: ['visualization', 'resolution'],
      properties: {
        fps: { type: 'integer', minimum: 15, maximum: 60, default: 30 },
        title: { type: ['string', 'null'], maxLength: 80 },
      },
    });
    const list = operations.find(({ path }) => path === '/api/jobs/render')?.operation.parameters;
    expect(list).toContainEqual(
      expect.objectContaining({
        name: 'per_page',
        required: false,
        schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
      }),
    );
  });

  it('has the control of the doubles only where there are doubles', async () => {
    const without = await OpenApiApp.start('api', false);
    try {
      const { paths } = await without.document();
      expect(Object.keys(document.paths)).toContain('/sandbox/faults');
      expect(Object.keys(paths).filter((path) => path.includes('sandbox'))).toEqual([]);
      expect((await without.ask('GET', '/sandbox/faults')).status).toBe(404);
    } finally {
      await without.close();
    }
  });
});
