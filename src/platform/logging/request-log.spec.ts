import { connect } from 'node:net';
import { once } from 'node:events';
import { Controller, Get, Global, Header, Logger, Module, NotFoundException, Res } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Logger as PinoNestLogger } from 'nestjs-pino';
import { ConfigModule } from '../../config/index.js';
import { testConfig } from '../../config/testing.js';
import { RequestContext } from '../http/request-context.js';
import { TimeModule } from '../time/index.js';
import { LOG_OUTPUT, LoggingModule, PerformanceLog, SecurityLog } from './index.js';
import { LogCapture, type LogLine } from './testing.js';

@Controller()
class Routes {
  private readonly logger = new Logger(Routes.name);

  @Get('things/:id')
  thing(): { ok: boolean } {
    this.logger.warn({ msg: 'inside', token: 'canary', size_bytes: 3 });
    return { ok: true };
  }

  @Get('missing')
  missing(): never {
    throw new NotFoundException();
  }

  @Get('broken')
  @Header('x-kind', 'broken')
  broken(): never {
    throw new Error('no');
  }

  @Get('health/live')
  live(): string {
    return 'ok';
  }

  @Get('hanging')
  hanging(@Res() reply: FastifyReply): void {
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream' });
    reply.raw.write('data: 1\n\n');
  }
}

@Global()
@Module({
  providers: [{ provide: RequestContext, useFactory: () => RequestContext.standalone() }],
  exports: [RequestContext],
})
class ContextModule {}

@Module({ controllers: [Routes] })
class RoutesModule {}

/** Real: Nest, Fastify, pino, sockets. Fake: the output. */
describe('RequestLog', () => {
  const capture = new LogCapture();
  let app: NestFastifyApplication;
  let address: string;

  beforeAll(async () => {
    const testing = await Test.createTestingModule({
      imports: [
        ConfigModule.register(testConfig({ log: { level: 'debug', dir: null } })),
        TimeModule,
        ContextModule,
        LoggingModule,
        RoutesModule,
      ],
    })
      .overrideProvider(LOG_OUTPUT)
      .useValue(capture)
      .compile();
    app = testing.createNestApplication<NestFastifyApplication>(
      new FastifyAdapter({
        frameworkErrors: (_error: Error, _request: FastifyRequest, reply: FastifyReply) => {
          reply.raw.setHeader('x-request-id', 'framework-1');
          void reply.code(400).send('{}');
        },
      }),
    );
    app.useLogger(app.get(PinoNestLogger));
    const context = app.get(RequestContext);
    app
      .getHttpAdapter()
      .getInstance()
      .addHook('onRequest', (request, reply, done) => {
        const facts = { requestId: `id-of-${request.url}`, endpoint: `${request.method} ${request.routeOptions.url}` };
        request.workFacts = facts;
        reply.raw.setHeader('x-request-id', facts.requestId);
        context.runIn(facts, done);
      });
    await app.listen(0, '127.0.0.1');
    address = await app.getUrl();
  });

  afterAll(async () => {
    await app.close();
  });

  beforeEach(() => {
    capture.text.length = 0;
  });

  const ended = (): readonly LogLine[] => capture.withMessage('Request ended');

  async function lineOf(path: string): Promise<LogLine> {
    await (await fetch(`${address}${path}`)).text();
    while (ended().length === 0) await new Promise(setImmediate);
    expect(ended()).toHaveLength(1);
    return ended()[0] ?? {};
  }

  it('writes one line with method, route pattern, status, duration and bytes', async () => {
    const line = await lineOf('/things/7?token=canary');
    expect(line).toMatchObject({
      level: 'info',
      context: 'Request',
      method: 'GET',
      route: '/things/:id',
      status: 200,
      request_id: 'id-of-/things/7?token=[REDACTED]',
      endpoint: 'GET /things/:id',
    });
    expect(line['duration_ms']).toBeGreaterThanOrEqual(0);
    expect(line['bytes']).toBeGreaterThan(11);
    expect(line).not.toHaveProperty('path');
  });

  it('puts the request on lines written with the logger of Nest while it runs', async () => {
    await lineOf('/things/8');
    expect(capture.withMessage('inside')).toMatchObject([
      { level: 'warn', context: 'Routes', token: '[REDACTED]', size_bytes: 3, request_id: 'id-of-/things/8' },
    ]);
  });

  it('names the error code and the path of an unknown route', async () => {
    expect(await lineOf('/nowhere?password=canary')).toMatchObject({
      status: 404,
      route: null,
      path: '/nowhere',
      error_code: 'NOT_FOUND',
    });
    expect(capture.text.join('')).not.toContain('canary');
  });

  it('writes at warn for a failure of ours', async () => {
    expect(await lineOf('/broken')).toMatchObject({ level: 'warn', status: 500, error_code: 'INTERNAL_SERVER_ERROR' });
  });

  it('writes a line for what Fastify refuses before there is a route', async () => {
    expect(await lineOf('/%zz')).toMatchObject({
      status: 400,
      error_code: 'BAD_REQUEST',
      request_id: 'framework-1',
      route: null,
    });
  });

  it('keeps successful probes at debug', async () => {
    expect(await lineOf('/health/live')).toMatchObject({ level: 'debug', status: 200 });
  });

  it('writes a line for a caller who leaves', async () => {
    const { hostname, port } = new URL(address);
    const socket = connect(Number(port), hostname);
    socket.write('GET /hanging HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(socket, 'data');
    socket.destroy();
    while (ended().length === 0) await new Promise(setImmediate);
    expect(ended()).toMatchObject([{ route: '/hanging', status: 200, aborted: true }]);
  });

  it('writes security events and metrics under their own log', () => {
    app.get(SecurityLog).event('login_failed', 'Login failed', { email: 'jane@example.com' });
    app.get(PerformanceLog).metric('render_time', 1234.56789, 'ms', { job_id: 'job-1' });
    expect(capture.lines).toMatchObject([
      { level: 'warn', log: 'security', event_type: 'login_failed', msg: 'Login failed', email: 'j***@example.com' },
      { level: 'info', log: 'performance', metric: 'render_time', value: 1234.568, unit: 'ms', job_id: 'job-1' },
    ]);
  });
});
