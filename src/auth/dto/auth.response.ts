import { CountField, Field, IdField, TimeField } from '../../platform/http/index.js';

/** A user as answers show it. */
export class UserResponse {
  @IdField()
  readonly id!: string;

  @Field({ format: 'email', example: 'ada@example.com' })
  readonly email!: string;

  @Field()
  readonly email_verified!: boolean;

  @Field({ description: 'Whether the address is an administrator’s and verified' })
  readonly is_admin!: boolean;

  @TimeField()
  readonly created_at!: string;
}

/** A sentence for the person who asked. */
export class MessageResponse {
  @Field()
  readonly message!: string;
}

export class UserMessageResponse extends MessageResponse {
  @Field()
  readonly user!: UserResponse;
}

/** What a page proves itself with from now on; the refresh token is in a cookie that scripts cannot read. */
export class WebSessionResponse {
  @Field({ description: 'Goes into `Authorization: Bearer …`' })
  readonly access_token!: string;

  @Field({ enum: ['Bearer'] })
  readonly token_type!: 'Bearer';

  @CountField({ description: 'Seconds until the access token expires' })
  readonly expires_in!: number;

  @Field()
  readonly user!: UserResponse;
}

/** What any other client proves itself with from now on. */
export class SessionResponse extends WebSessionResponse {
  @Field({ description: 'Good for one refresh' })
  readonly refresh_token!: string;
}
