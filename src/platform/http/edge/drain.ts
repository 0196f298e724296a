import type { FastifyInstance } from 'fastify';

/**
 * Shutdown without a lost request: what is in flight is finished and told to close its connection; what is still open after
 * the grace (event streams, slow downloads) is cut.
 * @param graceMs - how long requests in flight may take, in milliseconds.
 */
export function drainOnClose(fastify: FastifyInstance, graceMs: number): void {
  let closing = false;
  let cut: NodeJS.Timeout | undefined;
  fastify.addHook('preClose', (done) => {
    closing = true;
    cut = setTimeout(() => fastify.server.closeAllConnections(), graceMs);
    done();
  });
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing) reply.header('connection', 'close');
    done();
  });
  fastify.addHook('onClose', (_instance, done) => {
    clearTimeout(cut);
    done();
  });
}
