import { NotFoundException, ServiceUnavailableException, UnprocessableEntityException } from '@nestjs/common';
import { testConfig } from '../../config/testing.js';
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

  it('refuses services and faults that do not exist', async () => {
    await expect(controller.get('paypal')).rejects.toThrow(NotFoundException);
    await expect(controller.set('stripe/../gcs', { kind: 'hang' })).rejects.toThrow(NotFoundException);
    await expect(controller.set('stripe', { kind: 'explode' })).rejects.toThrow(UnprocessableEntityException);
  });

  it('says so when the doubles are gone', async () => {
    await double.sandbox.close();
    await expect(controller.list()).rejects.toThrow(ServiceUnavailableException);
  });
});
