import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { AppConfig } from './config/index.js';
import { everyPage } from './response-headers.js';

/** Paths of each page. What mails and the checkout link to are views of the studio. */
const PAGES = {
  'index.html': ['/', '/verify-email', '/reset-password'],
  'admin.html': ['/admin'],
} as const;

/**
 * Serves the built pages. Their parts have a hash in their names and are kept for ever; the pages themselves are asked for again
 * each time. A path that is no file of theirs stays an unknown path. To be called before the application initialises or listens.
 */
export async function servePages(
  app: NestFastifyApplication,
  fastify: FastifyInstance,
  config: AppConfig,
): Promise<void> {
  const { pagesDir } = config.http;
  // Without a build there are no pages, and their paths are unknown.
  if (pagesDir === null || !existsSync(join(pagesDir, 'index.html'))) return;
  await app.register(fastifyStatic, {
    root: join(pagesDir, 'assets'),
    prefix: '/assets/',
    index: false,
    preCompressed: true,
    maxAge: '1y',
    immutable: true,
  });
  const headers = everyPage(config);
  for (const [file, paths] of Object.entries(PAGES)) {
    for (const path of paths) {
      fastify.get(path, { config: { rateLimit: false } }, (_request, reply) =>
        sendPage(reply.headers(headers), file, pagesDir),
      );
    }
  }
}

function sendPage(reply: FastifyReply, file: string, pagesDir: string): FastifyReply {
  return reply.header('cache-control', 'no-cache').sendFile(file, pagesDir, { cacheControl: false });
}
