import 'reflect-metadata';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import type { AppConfig, SandboxConfig } from './config/index.js';
import { testConfig } from './config/testing.js';
import { apiDocument } from './openapi.js';

/** Never started: it only lets the control of the doubles be described, which exists with a sandbox alone. */
const SANDBOX: SandboxConfig = {
  services: [],
  host: '127.0.0.1',
  port: 0,
  stateDir: '',
  origin: '',
  start: false,
  gcsPublicKey: '',
};

/**
 * Writes the OpenAPI document to the file named as argument, from the code alone: nothing is instantiated, connected or started.
 * The typed client of the pages is generated from it.
 */
async function writeApiDocument(path: string | undefined): Promise<void> {
  if (path === undefined) throw new Error('Usage: write-api-document <file>');
  const config: AppConfig = { ...testConfig(), sandbox: SANDBOX };
  const app = await NestFactory.create(await AppModule.register(config), new FastifyAdapter(), {
    preview: true,
    logger: ['error'],
  });
  // A fresh checkout has none: what is generated is not kept.
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(await apiDocument(app, config), null, 2)}\n`);
}

await writeApiDocument(process.argv[2]);
