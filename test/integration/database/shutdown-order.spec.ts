import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DynamicModule, Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import pg from 'pg';
import { ConfigModule } from '../../../src/config/index.js';
import { testConfig } from '../../../src/config/testing.js';
import { DATABASE_URL, DatabaseModule } from '../../../src/platform/database/index.js';
import { RequestContext } from '../../../src/platform/http/index.js';
import { PerformanceLog } from '../../../src/platform/logging/index.js';

@Global()
@Module({
  providers: [PerformanceLog, { provide: RequestContext, useFactory: () => RequestContext.standalone() }],
  exports: [PerformanceLog, RequestContext],
})
class SurroundingsModule {}

const LAST_WORDS: unknown[] = [];

/** A room with a connection of its own, on which it still has something to say at the end. */
@Global()
@Module({})
class LateWriterModule implements OnApplicationShutdown {
  constructor(@Inject(DATABASE_URL) private readonly url: string) {}

  async onApplicationShutdown(): Promise<void> {
    const client = new pg.Client({ connectionString: this.url });
    await client.connect();
    const { rows } = await client.query<Record<string, unknown>>('SELECT 1 AS written');
    LAST_WORDS.push(...rows);
    await client.end();
  }
}

/** Composed like the product: Nest knows the imports of a dynamic module before it looks into any of them. */
@Module({})
class ProductModule {
  static register(stateDir: string): DynamicModule {
    const config = ConfigModule.register(testConfig({ stateDir }));
    return { module: ProductModule, imports: [config, SurroundingsModule, DatabaseModule, LateWriterModule] };
  }
}

describe('The shutdown with our own server', () => {
  it('stops the server after all who have connections of their own', async () => {
    const stateDir = await mkdtemp(join(tmpdir(), 'oriel-shutdown-'));
    await chmod(stateDir, 0o755);
    try {
      const app = await Test.createTestingModule({
        imports: [ProductModule.register(stateDir)],
      })
        .setLogger({ log: () => undefined, warn: () => undefined, error: () => undefined })
        .compile();
      await app.init();
      const url = app.get<string>(DATABASE_URL);
      await app.close();
      expect(LAST_WORDS).toEqual([{ written: 1 }]);
      await expect(new pg.Client({ connectionString: url }).connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    } finally {
      await rm(stateDir, { recursive: true, force: true });
    }
  });
});
