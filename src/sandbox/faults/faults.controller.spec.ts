import { testConfig } from '../../config/testing.js';
import { ExternalServiceError, NotFoundError } from '../../platform/errors/index.js';
import { startTestSandbox, type TestSandbox } from '../testing.js';
import type { SandboxService } from './fault.js';
import type { DoubleChange, FaultAudit } from './fault-audit.port.js';
import { FaultsController } from './faults.controller.js';

const BY = { id: 'user-1', email: 'boss@example.com', ip: '203.0.113.7', requestId: 'request-1' };

/** Keeps changes that went well, as the real one does. */
class FakeAudit implements FaultAudit {
  readonly kept: DoubleChange[] = [];

  async change<T>(change: DoubleChange, work: () => Promise<T>): Promise<T> {
    const result = await work();
    this.kept.push(change);
    return result;
  }
}

describe('FaultsController', () => {
  let audit: FakeAudit;
  let double: TestSandbox;
  let controller: FaultsController;

  beforeEach(async () => {
    double = await startTestSandbox();
    audit = new FakeAudit();
    controller = controlOf(['stripe', 'gcs', 'sendgrid']);
  });

  function controlOf(services: readonly SandboxService[]): FaultsController {
    const origin = double.sandbox.url;
    const sandbox = { services, host: '127.0.0.1', port: 0, stateDir: '', origin, start: false, gcsPublicKey: '' };
    return new FaultsController({ ...testConfig(), sandbox }, audit);
  }

  afterEach(async () => {
    await double.close();
  });

  it('sets, shows and ends a fault of the doubles', async () => {
    await controller.set('stripe', { kind: 'status', status: 500 }, BY);
    expect(double.sandbox.faults.view('stripe').fault).toMatchObject({ kind: 'status', status: 500 });
    expect(await controller.get('stripe')).toMatchObject({ data: { fault: { kind: 'status' } } });
    expect(await controller.list()).toMatchObject({ data: { services: [{ service: 'stripe' }, {}, {}] } });
    expect(await controller.clear('stripe', BY)).toMatchObject({ data: { fault: null } });
    expect(double.sandbox.faults.view('stripe').fault).toBeNull();
  });

  it('ends the faults of all doubles', async () => {
    await controller.set('stripe', { kind: 'hang' }, BY);
    await controller.set('gcs', { kind: 'reset' }, BY);
    const { data } = await controller.clearAll(BY);
    expect(data.services.map(({ fault }) => fault)).toEqual([null, null, null]);
  });

  it('has it kept who broke and healed what', async () => {
    await controller.set('gcs', { kind: 'slow', latency_ms: 750 }, BY);
    await controller.clear('gcs', BY);
    await controller.clearAll(BY);
    expect(audit.kept).toEqual([
      {
        by: BY,
        action: 'sandbox.break',
        target: 'gcs',
        details: expect.objectContaining({ kind: 'slow', latency_ms: 750 }),
      },
      { by: BY, action: 'sandbox.heal', target: 'gcs' },
      { by: BY, action: 'sandbox.heal_all' },
    ]);
  });

  it('refuses services that have no double', async () => {
    await expect(controller.get('paypal')).rejects.toThrow(NotFoundError);
    await expect(controller.set('stripe/../gcs', { kind: 'hang' }, BY)).rejects.toThrow(NotFoundError);
  });

  it('knows no double of a service that has a key of its own', async () => {
    const control = controlOf(['gcs']);
    const { data } = await control.list();
    expect(data.services.map(({ service }) => service)).toEqual(['gcs']);
    await expect(control.set('stripe', { kind: 'hang' }, BY)).rejects.toMatchObject({ details: { services: ['gcs'] } });
    expect(double.sandbox.faults.view('stripe').fault).toBeNull();
  });

  it('says so when the doubles are gone', async () => {
    await double.sandbox.close();
    await expect(controller.list()).rejects.toThrow(ExternalServiceError);
  });
});
