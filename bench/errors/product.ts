/** The built product as `main.ts` starts it, with its log on stdout alone, as in production. */
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger } from 'nestjs-pino';

const built = async <T>(path: string): Promise<T> =>
  (await import(new URL(`../../dist/src/${path}.js`, import.meta.url).href)) as T;

const { loadConfig } = await built<typeof import('../../src/config/load-config.js')>('config/load-config');
const { AppModule } = await built<typeof import('../../src/app.module.js')>('app.module');
const { configureApp, fastifyOptions } = await built<typeof import('../../src/configure-app.js')>('configure-app');

const loaded = await loadConfig();
const config = { ...loaded, log: { ...loaded.log, dir: null } };
const app = await NestFactory.create<NestFastifyApplication>(
  await AppModule.register(config),
  new FastifyAdapter(fastifyOptions(config)),
  { bufferLogs: true, abortOnError: false, bodyParser: false },
);
app.useLogger(app.get(Logger));
app.flushLogs();
await configureApp(app, config);
await app.listen(config.http.port, config.http.host);
process.once('disconnect', () => {
  // Nothing listens for the outcome any more: what is left is to end.
  void app.close().finally(() => process.exit());
});
process.send?.(`http://${config.http.host}:${config.http.port}`);
