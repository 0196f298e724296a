import type { FastifyInstance, FastifyReply } from 'fastify';
import { InvalidFaultError, parseFault } from './dto/fault.dto.js';
import { isSandboxService } from './fault.js';
import type { FaultTable } from './fault-table.js';

interface ServiceParams {
  readonly Params: { readonly service: string };
}

/** The control of the faults on the sandbox's own (loopback) port: `PUT`, `DELETE` and `GET /sandbox/faults/:service`. */
export function faultRoutes(instance: FastifyInstance, faults: FaultTable): void {
  instance.get('/sandbox/faults', () => ({ services: faults.viewAll() }));
  instance.delete('/sandbox/faults', () => {
    faults.clearAll();
    return { services: faults.viewAll() };
  });
  instance.get<ServiceParams>('/sandbox/faults/:service', (request, reply) =>
    isSandboxService(request.params.service) ? faults.view(request.params.service) : unknownService(reply),
  );
  instance.delete<ServiceParams>('/sandbox/faults/:service', (request, reply) => {
    const { service } = request.params;
    if (!isSandboxService(service)) return unknownService(reply);
    faults.clear(service);
    return faults.view(service);
  });
  instance.put<ServiceParams>('/sandbox/faults/:service', (request, reply) => {
    const { service } = request.params;
    if (!isSandboxService(service)) return unknownService(reply);
    try {
      faults.set(service, parseFault(request.body));
    } catch (error) {
      if (!(error instanceof InvalidFaultError)) throw error;
      return reply.code(422).send({ error: 'invalid_fault', message: error.message });
    }
    return faults.view(service);
  });
}

function unknownService(reply: FastifyReply): FastifyReply {
  return reply.code(404).send({ error: 'unknown_service', message: 'There is no double for this service' });
}
