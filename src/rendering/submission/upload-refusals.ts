import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type Observable, tap } from 'rxjs';
import { FileError } from '../../platform/errors/index.js';
import { SecurityLog } from '../../platform/logging/index.js';

/** Tells the security log of files that were refused for what they are; a form without its payment is no matter of security. */
@Injectable()
export class UploadRefusals implements NestInterceptor {
  constructor(private readonly securityLog: SecurityLog) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      tap({
        error: (error: unknown) => {
          if (error instanceof FileError) this.note(context.switchToHttp().getRequest<FastifyRequest>(), error);
        },
      }),
    );
  }

  private note({ ip, authenticatedUser }: FastifyRequest, { code }: FileError): void {
    this.securityLog.event('upload_refused', 'An uploaded file was refused', {
      error_code: code,
      user_id: authenticatedUser?.id,
      ip,
    });
  }
}
