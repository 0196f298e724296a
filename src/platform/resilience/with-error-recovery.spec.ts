import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ConfigModule } from '../../config/index.js';
import { testConfig } from '../../config/testing.js';
import { type ApiError, ExternalServiceError } from '../errors/index.js';
import { TimeModule } from '../time/index.js';
import {
  currentAttempt,
  InjectPolicy,
  PolicyRegistry,
  ResilienceModule,
  type ServicePolicy,
  WithErrorRecovery,
} from './index.js';

@Injectable()
class Uploads {
  calls: string[] = [];

  constructor(@InjectPolicy('gcs') readonly policy: ServicePolicy) {}

  @WithErrorRecovery('gcs', 'upload', { maxRetries: 0, fallback: 'saveLocally' })
  async upload(key: string, sizeBytes: number): Promise<string> {
    this.calls.push(`upload ${key} ${sizeBytes} attempt ${currentAttempt()?.attempt}`);
    if (key === 'bad') throw new ExternalServiceError('GCS_CONNECTION_ERROR');
    return `gcs/${key}`;
  }

  async saveLocally(key: string, sizeBytes: number, error: ApiError): Promise<string> {
    this.calls.push(`local ${key} ${sizeBytes} after ${error.code}`);
    return `local/${key}`;
  }
}

@Module({ providers: [Uploads], exports: [Uploads] })
class UploadsModule {}

async function createUploads(): Promise<{ uploads: Uploads; registry: PolicyRegistry; close: () => Promise<void> }> {
  const app = await Test.createTestingModule({
    imports: [ConfigModule.register(testConfig()), TimeModule, ResilienceModule, UploadsModule],
  }).compile();
  return { uploads: app.get(Uploads), registry: app.get(PolicyRegistry), close: async () => await app.close() };
}

describe('WithErrorRecovery', () => {
  it('runs the method under the policy of its service, and its fallback with the arguments and the error', async () => {
    const { uploads, registry, close } = await createUploads();
    await expect(uploads.upload('good', 3)).resolves.toBe('gcs/good');
    await expect(uploads.upload('bad', 4)).resolves.toBe('local/bad');
    expect(uploads.calls).toEqual([
      'upload good 3 attempt 1',
      'upload bad 4 attempt 1',
      'local bad 4 after GCS_CONNECTION_ERROR',
    ]);
    expect(registry.get('gcs').snapshot()).toMatchObject({ failureCount: 1, lastFailureCode: 'GCS_CONNECTION_ERROR' });
    expect(currentAttempt()).toBeUndefined();
    await close();
  });

  it('shares the policy with who injects it', async () => {
    const { uploads, registry, close } = await createUploads();
    expect(uploads.policy).toBe(registry.get('gcs'));
    uploads.policy.isolate();
    await expect(uploads.upload('good', 1)).resolves.toBe('local/good');
    expect(uploads.calls).toEqual(['local good 1 after GCS_UNAVAILABLE']);
    await close();
  });

  it('refuses a fallback that does not exist when the class is defined', () => {
    expect(() => {
      class Broken {
        @WithErrorRecovery('gcs', 'upload', { fallback: 'nowhere' })
        async upload(): Promise<void> {
          await Promise.resolve();
        }
      }
      return Broken;
    }).toThrow('Broken has no method "nowhere" to fall back to');
  });

  it('says what is missing when the instance was not made by Nest', async () => {
    const { uploads, close } = await createUploads();
    const alone = new Uploads(uploads.policy);
    await expect(alone.upload('good', 1)).rejects.toThrow('was not made by Nest');
    await close();
  });
});

describe('PolicyRegistry', () => {
  it('has one policy for every service and none for others', async () => {
    const { registry, close } = await createUploads();
    expect(registry.all().map(({ service }) => service)).toEqual(['stripe', 'gcs', 'sendgrid', 'rendering']);
    expect(registry.find('__proto__')).toBeUndefined();
    await close();
  });
});
