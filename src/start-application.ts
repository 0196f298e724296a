import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger } from 'nestjs-pino';
import { AppModule } from './app.module.js';
import type { AppConfig } from './config/index.js';
import { configureApp, fastifyOptions } from './configure-app.js';
import type { ServerStart } from './platform/database/index.js';
import { ERROR_SINK, type ErrorSink, translateError } from './platform/errors/index.js';
import type { ProcessLifecycle } from './process-lifecycle.js';
import { welcome } from './welcome.js';

/** Builds the application on a database that is on its way up, and listens. */
export async function startApplication(
  config: AppConfig,
  databaseServer: ServerStart,
  lifecycle: ProcessLifecycle,
): Promise<void> {
  const app = await createApp(config, databaseServer);
  lifecycle.own({
    close: async () => {
      await app.close();
    },
    capture: (error) => {
      app.get<ErrorSink>(ERROR_SINK, { strict: false }).capture(translateError(error), { kind: 'process' });
    },
  });
  await app.listen(config.http.port, config.http.host);
  welcome(app, config);
}

async function createApp(config: AppConfig, databaseServer: ServerStart): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    await AppModule.register(config, databaseServer),
    new FastifyAdapter(fastifyOptions(config)),
    { bufferLogs: true, abortOnError: false, bodyParser: false },
  );
  app.useLogger(app.get(Logger));
  app.flushLogs();
  await configureApp(app, config);
  return app;
}
