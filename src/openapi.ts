import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import type { INestApplication } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import type { AppConfig } from './config/index.js';
import { type ApiDescription, buildApiDocument } from './platform/http/index.js';
import { everyPage } from './response-headers.js';

/** Files of the page change with a deployment only, and are asked for again under their version. */
const ASSET_CACHING = 'public, max-age=86400';

const ASSETS = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
} as const;

/** Starts Swagger UI. A file of its own, because the content security policy allows no inline script. */
const START_SCRIPT = `SwaggerUIBundle({
  url: '/docs/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  displayRequestDuration: true,
  persistAuthorization: false,
  tryItOutEnabled: true,
  // By default the document is sent to a validator on the internet.
  validatorUrl: null,
});
`;

/**
 * Serves the API's description: `/docs` for people and `/docs/openapi.json` for programs. Nothing of it is loaded before it is
 * asked for, and the page loads nothing from elsewhere. To be called before the application initialises or listens.
 */
export function serveOpenApi(app: NestFastifyApplication, fastify: FastifyInstance, config: AppConfig): void {
  const document = once(async () => JSON.stringify(await apiDocument(app, config)));
  fastify.get('/docs/openapi.json', async (_request, reply) => {
    const json = await document();
    return reply.type('application/json; charset=utf-8').header('cache-control', 'no-cache').send(json);
  });
  // Swagger UI writes style attributes.
  const headers = everyPage(config, { inlineStyles: true });
  for (const path of ['/docs', '/docs/']) {
    fastify.get(path, (_request, reply) =>
      reply.headers(headers).type('text/html; charset=utf-8').send(page(config.version)),
    );
  }
  servePageParts(fastify);
}

/** The OpenAPI document of the product. */
export function apiDocument(app: INestApplication, config: AppConfig): Promise<OpenAPIObject> {
  return buildApiDocument(app, describeApi(config));
}

/** One page has many parts: they do not count towards the rate limits. */
function servePageParts(fastify: FastifyInstance): void {
  const options = { config: { rateLimit: false as const } };
  fastify.get('/docs/start.js', options, (_request, reply) =>
    reply.type('text/javascript; charset=utf-8').header('cache-control', ASSET_CACHING).send(START_SCRIPT),
  );
  for (const [name, type] of Object.entries(ASSETS)) {
    fastify.get(`/docs/${name}`, options, (_request, reply) =>
      reply
        .type(type)
        .header('cache-control', ASSET_CACHING)
        .send(createReadStream(swaggerUiFile(name))),
    );
  }
}

/** Swagger UI comes with `@nestjs/swagger`, wherever the package manager has put it. */
function swaggerUiFile(name: string): string {
  const ours = createRequire(import.meta.url);
  return createRequire(ours.resolve('@nestjs/swagger')).resolve(`swagger-ui-dist/${name}`);
}

/** Remembers a result, but no failure: the next call tries again. Calls at once share one attempt. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | null = null;
  return () => {
    result ??= work().catch((error: unknown) => {
      result = null;
      throw error;
    });
    return result;
  };
}

function describeApi({ version, sandbox }: AppConfig): ApiDescription {
  return {
    title: 'Oriel Signal FX Pro',
    version,
    description: [
      'A track becomes a paid, rendered, stored, mailed and downloadable music video.',
      'Every answer with a status of 400 or above has the same body, the schema `ErrorEnvelope`; any route may give one that is not listed with it.',
      'Times are ISO 8601 in UTC, amounts are in cents, and durations say their unit in their names.',
    ].join('\n\n'),
    tags: {
      Auth: 'Registration, sessions, and the links that are mailed',
      Account: 'The signed-in customer’s own account',
      Payments: 'Prices, checkout, and what was paid',
      Rendering: 'From a track to a video',
      Monitoring: 'State of the product',
      Probes: 'For whatever runs the process',
      ...(sandbox === null ? {} : { Sandbox: 'Dependencies broken on purpose' }),
    },
  };
}

function page(version: string): string {
  const query = `?v=${encodeURIComponent(version)}`;
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>API of Oriel Signal FX Pro</title>
    <link rel="icon" type="image/png" href="/docs/favicon-32x32.png${query}">
    <link rel="stylesheet" href="/docs/swagger-ui.css${query}">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/docs/swagger-ui-bundle.js${query}"></script>
    <script src="/docs/start.js${query}"></script>
  </body>
</html>
`;
}
