/** Fastify with its own pino log, one line for each request, and an error handler that answers the envelope: nothing else. */
import Fastify, { LogController } from 'fastify';
import { envelopeOf, Failure, newRequestId, notFound, unauthorized } from './envelope.ts';

const fastify = Fastify({
  logger: true,
  logController: new LogController({ disableRequestLogging: true }),
  genReqId: newRequestId,
});
fastify.setErrorHandler((error, request, reply) => {
  const failure = error instanceof Failure ? error : new Failure(500, 'INTERNAL_SERVER_ERROR', 'Something failed.');
  return reply.code(failure.status).header('x-request-id', request.id).send(envelopeOf(failure, request.id));
});
fastify.setNotFoundHandler(() => {
  throw notFound();
});
fastify.get('/api/user/profile', () => {
  throw unauthorized();
});
fastify.addHook('onResponse', (request, reply, done) => {
  request.log.info({ req: request, res: reply, responseTime: reply.elapsedTime }, 'request completed');
  done();
});
process.once('disconnect', () => process.exit());
process.send?.(await fastify.listen({ host: '127.0.0.1', port: 0 }));
