import type { FastifyInstance } from 'fastify';

/** A body of this size is read to its end although it was refused; what is larger is cut off. */
const LARGEST_READ_BYTES = 64 * 1_048_576;

/**
 * Fastify closes the connection after it has refused a body by its announced size. Closing while the client still sends makes the system
 * reset the connection, and most clients then never see the answer (RFC 9112 §9.6). Unless the rest is very large, the connection stays
 * open instead: Node reads on, throws away what comes, and the client gets its 413.
 */
export function readRefusedBodies(fastify: FastifyInstance): void {
  fastify.addHook('onSend', (request, reply, _payload, done) => {
    const announced = Number(request.headers['content-length']);
    if (reply.statusCode === 413 && announced <= LARGEST_READ_BYTES) reply.removeHeader('connection');
    done();
  });
}
