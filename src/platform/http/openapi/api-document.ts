import type { INestApplication } from '@nestjs/common';
import type { HeaderObject, OpenAPIObject } from '@nestjs/swagger';
import { applyNotes } from './documentation.js';
import { DEFAULT_ERROR, ERROR_SCHEMAS } from './error-responses.js';

/** What the document says about the API as a whole. */
export interface ApiDescription {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  /** Headings in their order: name → what is below it. */
  readonly tags: Readonly<Record<string, string>>;
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

const HEADERS: Readonly<Record<string, HeaderObject>> = {
  'X-Request-Id': { description: 'Identifies the request in logs and errors', schema: { type: 'string' } },
  'RateLimit-Limit': { description: 'Requests allowed in the window', schema: { type: 'integer' } },
  'RateLimit-Remaining': { description: 'Requests left in the window', schema: { type: 'integer' } },
  'RateLimit-Reset': { description: 'Seconds until the window ends', schema: { type: 'integer' } },
  'RateLimit-Policy': { description: 'The limit that is nearest: requests and window', schema: { type: 'string' } },
  'Retry-After': { description: 'Seconds to wait before trying again', schema: { type: 'integer', minimum: 1 } },
  'WWW-Authenticate': { description: 'How to authenticate (RFC 6750)', schema: { type: 'string' } },
};

/**
 * The OpenAPI 3.1 document of an application, read off its controllers. What it is made with is loaded by the first call;
 * a call takes some 100 ms, so keep the result.
 */
export async function buildApiDocument(app: INestApplication, api: ApiDescription): Promise<OpenAPIObject> {
  const [swagger, validation] = await Promise.all([import('@nestjs/swagger'), import('class-validator-jsonschema')]);
  applyNotes({ swagger, validation });
  const builder = new swagger.DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle(api.title)
    .setVersion(api.version)
    .setDescription(api.description)
    .addServer('/')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: '`access_token` of a login' });
  for (const [name, description] of Object.entries(api.tags)) builder.addTag(name, description);
  const document = swagger.SwaggerModule.createDocument(app, builder.build(), {
    operationIdFactory,
    autoTagControllers: false,
  });
  return withErrors(document);
}

/** `PaymentsController.history` → `paymentsHistory`: what clients generated from the document call the operation. */
function operationIdFactory(controller: string, method: string): string {
  const room = controller.replace(/Controller$/, '');
  return `${room.charAt(0).toLowerCase()}${room.slice(1)}${method.charAt(0).toUpperCase()}${method.slice(1)}`;
}

function withErrors(document: OpenAPIObject): OpenAPIObject {
  for (const path of Object.values(document.paths)) {
    for (const method of METHODS) {
      const operation = path[method];
      if (operation !== undefined) operation.responses.default = { $ref: '#/components/responses/Error' };
    }
  }
  const { components = {} } = document;
  return {
    ...document,
    components: {
      ...components,
      schemas: { ...components.schemas, ...ERROR_SCHEMAS },
      responses: { ...components.responses, Error: DEFAULT_ERROR },
      headers: { ...components.headers, ...HEADERS },
    },
  };
}
