import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '../../platform/database/index.js';
import { ObjectReferences } from '../../storage/index.js';

/**
 * Tells storage which objects render jobs hold on to, so that it sweeps only orphans. Of a video the row speaks only while it
 * is being made or is complete; what a dead attempt of an ended job left is nobody's.
 */
@Injectable()
export class ObjectClaims implements OnModuleInit {
  constructor(
    private readonly references: ObjectReferences,
    private readonly database: Database,
  ) {}

  onModuleInit(): void {
    this.references.register((objectIds) => this.held(objectIds));
  }

  private async held(objectIds: readonly string[]): Promise<readonly string[]> {
    const rows = await this.database.read((manager) =>
      manager.query<{ id: string }[]>(
        `SELECT held.id FROM render_jobs
          CROSS JOIN LATERAL unnest(
            audio_object_id || CASE WHEN status IN ('processing', 'completed')
                                    THEN ARRAY[video_object_id, thumbnail_object_id] ELSE ARRAY[]::uuid[] END) AS held (id)
          WHERE held.id = ANY($1::uuid[])`,
        [objectIds],
      ),
    );
    return rows.map(({ id }) => id);
  }
}
