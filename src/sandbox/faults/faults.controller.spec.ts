import { testConfig } from '../../config/testing.js';
import { ExternalServiceError, NotFoundError } from '../../platform/errors/index.js';
import { startTestSandbox, type TestSandbox } from '../testing.js';
import type { SandboxService } from './fault.js';
import { FaultsController } from './faults.controller.js';

describe('FaultsController', () => {
  let double: TestSandbox;
  let controller: FaultsController;

  beforeEach(async () => {
    double = await startTestSandbox();
    controller = controlOf(['stripe', 'gcs', 'sendgrid']);
  });

  function controlOf(services: readonly SandboxService[]): FaultsController {
    const origin = double.sandbox.url;
    const sandbox = { services, host: '127.0.0.1', port: 0, stateDir: '', origin, start: false, gcsPublicKey: '' };
    return new FaultsController({ ...testConfig(), sandbox });
  }

  afterEach(async () => {
    await double.close();
  });

  it('sets, shows and ends a fault of the doubles', async () => {
    await controller.set('stripe', { kind: 'status', status: 500 });
    expect(double.sandbox.faults.view('stripe').fault).toMatchObject({ kind: 'status', status: 500 });
    expect(await controller.get('stripe')).toMatchObject({ data: { fault: { kind: 'status' } } });
    expect(await controller.list()).toMatchObject({ data: { services: [{ service: 'stripe' }, {}, {}] } });
    expect(await controller.clear('stripe')).toMatchObject({ data: { fault: null } });
    expect(double.sandbox.faults.view('stripe').fault).toBeNull();
  });

  it('ends the faults of all doubles', async () => {
    await controller.set('stripe', { kind: 'hang' });
    await controller.set('gcs', { kind: 'reset' });
    const { data } = await controller.clearAll();
    expect(data.services.map(({ fault }) => fault)).toEqual([null, null, null]);
  });

  it('refuses services that have no double', async () => {
    await expect(controller.get('paypal')).rejects.toThrow(NotFoundError);
    await expect(controller.set('stripe/../gcs', { kind: 'hang' })).rejects.toThrow(NotFoundError);
  });

  it('knows no double of a service that has a key of its own', async () => {
    const control = controlOf(['gcs']);
    const { data } = await control.list();
    expect(data.services.map(({ service }) => service)).toEqual(['gcs']);
    await expect(control.set('stripe', { kind: 'hang' })).rejects.toMatchObject({ details: { services: ['gcs'] } });
    expect(double.sandbox.faults.view('stripe').fault).toBeNull();
  });

  it('says so when the doubles are gone', async () => {
    await double.sandbox.close();
    await expect(controller.list()).rejects.toThrow(ExternalServiceError);
  });
});
