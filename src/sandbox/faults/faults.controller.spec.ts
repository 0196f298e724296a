import { testConfig } from '../../config/testing.js';
import { ExternalServiceError, NotFoundError } from '../../platform/errors/index.js';
import { startTestSandbox, type TestSandbox } from '../testing.js';
import { FaultsController } from './faults.controller.js';

describe('FaultsController', () => {
  let double: TestSandbox;
  let controller: FaultsController;

  beforeEach(async () => {
    double = await startTestSandbox();
    const config = testConfig();
    const { url } = double.sandbox;
    controller = new FaultsController({
      ...config,
      sandbox: { host: '127.0.0.1', port: 0, stateDir: '', origin: url, start: false, gcsPublicKey: '' },
    });
  });

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

  it('says so when the doubles are gone', async () => {
    await double.sandbox.close();
    await expect(controller.list()).rejects.toThrow(ExternalServiceError);
  });
});
