import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger } from 'nestjs-pino';
import { AppModule } from './app.module.js';
import type { AppConfig } from './config/index.js';
import { ConfigurationError, loadConfig } from './config/load-config.js';
import { configureApp, fastifyOptions } from './configure-app.js';
import { ProcessLifecycle } from './process-lifecycle.js';
import { welcome } from './welcome.js';

async function createApp(config: AppConfig): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    await AppModule.register(config),
    new FastifyAdapter(fastifyOptions(config)),
    { bufferLogs: true, abortOnError: false, bodyParser: false },
  );
  app.useLogger(app.get(Logger));
  app.flushLogs();
  await configureApp(app, config);
  return app;
}

/** Boots the product and hands it to the signals; a configuration that cannot run ends with one message and status 1. */
async function main(): Promise<void> {
  const lifecycle = new ProcessLifecycle();
  try {
    const config = await loadConfig();
    lifecycle.limitShutdown(config.http.shutdownGraceMs + config.rendering.shutdownGraceMs);
    const app = await createApp(config);
    lifecycle.own(app);
    await app.listen(config.http.port, config.http.host);
    welcome(app, config);
  } catch (error) {
    process.stderr.write(`${error instanceof ConfigurationError ? error.message : describeFailure(error)}\n`);
    await lifecycle.shutdown(1);
  }
}

function describeFailure(error: unknown): string {
  return `The product could not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

await main();
