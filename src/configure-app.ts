import cookie from '@fastify/cookie';
import cors, { type FastifyCorsOptions } from '@fastify/cors';
import multipart from '@fastify/multipart';
import { ValidationPipe } from '@nestjs/common';
import type { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';
import type { AppConfig } from './config/index.js';
import { serveOpenApi } from './openapi.js';
import { ERROR_SINK, ErrorResponder, type ErrorSink, fromClassValidator } from './platform/errors/index.js';
import {
  answerErrorsOfAllRoutes,
  captureBrokenStreams,
  drainOnClose,
  jsonBodyParser,
  keepContext,
  limitRequests,
  openRequest,
  RateLimits,
  RawReplies,
  readRefusedBodies,
  refuseUnknownRoutes,
  RequestContext,
  RouteTable,
  serveProbesOnly,
} from './platform/http/index.js';
import { servePages } from './pages.js';
import { everyResponse } from './response-headers.js';

export { fastifyOptions } from './platform/http/index.js';

const EXPOSED_HEADERS = [
  'Retry-After',
  'X-Request-Id',
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'RateLimit-Policy',
  'Location',
  'Content-Disposition',
];

const PREFLIGHT_MAX_AGE_SECONDS = 600;

/** A form of the product has one file and a few short fields. */
const FORM_LIMITS = {
  files: 1,
  fields: 10,
  parts: 12,
  fieldNameSize: 100,
  fieldSize: 65_536,
  headerPairs: 50,
} as const;

/**
 * Everything between the socket and the controllers: hooks, limits, parsers, pipes. Shared by the product and its tests;
 * to be called before the application initialises or listens.
 */
export async function configureApp(app: NestFastifyApplication, config: AppConfig): Promise<void> {
  const adapter = adapterOf(app);
  const fastify = adapter.getInstance();
  const sink = app.get<ErrorSink>(ERROR_SINK);
  const context = app.get(RequestContext);
  const rawReplies = new RawReplies(sink, config.http.jsonBodyLimitBytes);

  const responder = app.get(ErrorResponder);
  fastify.decorate('errorResponder', responder);
  fastify.decorate('rawReplies', rawReplies);
  rawReplies.attach(fastify.server);

  const routes = RouteTable.of(fastify);
  answerErrorsOfAllRoutes(fastify, responder);
  adapter.setOnRequestHook(openRequest(context, rawReplies, everyResponse(config)));
  await fastify.register(cors, corsOptions(config));
  limitRequests(fastify, app.get(RateLimits));
  refuseUnknownRoutes(fastify, routes, responder);
  if (config.role === 'worker') serveProbesOnly(fastify);
  keepContext(fastify, context);
  captureBrokenStreams(fastify, sink);
  readRefusedBodies(fastify);
  drainOnClose(fastify, config.http.shutdownGraceMs);

  await configureBodies(app, config);
  await app.register(cookie);
  serveOpenApi(app, fastify, config);
  await servePages(app, fastify, config);
  app.useGlobalPipes(
    new ValidationPipe({
      whitelist: true,
      forbidNonWhitelisted: true,
      transform: true,
      stopAtFirstError: true,
      validationError: { target: false, value: false },
      exceptionFactory: fromClassValidator,
    }),
  );
}

/** The interface Nest declares knows less than its adapter can. */
function adapterOf(app: NestFastifyApplication): FastifyAdapter {
  return app.getHttpAdapter() as unknown as FastifyAdapter;
}

/** Registered with Fastify itself: Nest's `enableCors` copies the headers of every response once more, for middleware that we have not. */
function corsOptions({ http }: AppConfig): FastifyCorsOptions {
  return {
    origin: http.corsOrigins.length === 0 ? false : [...http.corsOrigins],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: EXPOSED_HEADERS.join(', '),
    maxAge: PREFLIGHT_MAX_AGE_SECONDS,
    // An OPTIONS request that is no preflight would be refused in plain text.
    strictPreflight: false,
  };
}

async function configureBodies(app: NestFastifyApplication, config: AppConfig): Promise<void> {
  const adapter = adapterOf(app);
  const fastify = adapter.getInstance();
  fastify.removeContentTypeParser(['text/plain', 'application/json']);
  adapter.useBodyParser(
    'application/json',
    true,
    { bodyLimit: config.http.jsonBodyLimitBytes },
    jsonBodyParser(fastify),
  );
  await app.register(multipart, { limits: { ...FORM_LIMITS, fileSize: config.rendering.maxUploadBytes } });
}
