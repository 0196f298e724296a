/** Nest on Fastify with its pino log, one line for each request, a guard that refuses and one filter that answers the envelope. Decorators are called by hand. */
import 'reflect-metadata';
import { type ArgumentsHost, Catch, Controller, Get, HttpException, Module, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { envelopeOf, Failure, newRequestId, notFound, unauthorized } from './envelope.ts';

class EnvelopeFilter {
  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const { id } = http.getRequest<FastifyRequest>();
    const failure = failureOf(thrown);
    void http.getResponse<FastifyReply>().code(failure.status).header('x-request-id', id).send(envelopeOf(failure, id));
  }
}
Catch()(EnvelopeFilter);

function failureOf(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  if (thrown instanceof HttpException && thrown.getStatus() === 404) return notFound();
  return new Failure(500, 'INTERNAL_SERVER_ERROR', 'Something failed.');
}

class RefusingGuard {
  canActivate(): boolean {
    throw unauthorized();
  }
}

class ProfileController {
  profile(): object {
    return {};
  }
}
const profile = Object.getOwnPropertyDescriptor(ProfileController.prototype, 'profile') ?? {};
UseGuards(RefusingGuard)(ProfileController.prototype, 'profile', profile);
Get('profile')(ProfileController.prototype, 'profile', profile);
Controller('api/user')(ProfileController);

class BareModule {}
Module({ controllers: [ProfileController] })(BareModule);

const adapter = new FastifyAdapter({
  logger: true,
  logController: new LogController({ disableRequestLogging: true }),
  genReqId: newRequestId,
});
adapter.getInstance().addHook('onResponse', (request, reply, done) => {
  request.log.info({ req: request, res: reply, responseTime: reply.elapsedTime }, 'request completed');
  done();
});
const app = await NestFactory.create<NestFastifyApplication>(BareModule, adapter, { logger: false });
app.useGlobalFilters(new EnvelopeFilter());
await app.listen(0, '127.0.0.1');
process.once('disconnect', () => process.exit());
process.send?.(await app.getUrl());
