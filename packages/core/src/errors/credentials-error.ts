import { AuthFlowError, type DefaultsFor, type ErrorDetails } from './auth-flow-error.js';
import { brand } from './brand.js';

/** What the client logs in with cannot be had: nothing was sent. No message repeats a value. @group Errors */
export abstract class CredentialsError extends AuthFlowError {
  /** @internal */
  static override readonly [brand]: string = 'CredentialsError';
  /** As of {@link AuthFlowError}; what else is known of the case is for `defaults`. */
  constructor(details?: ErrorDetails, known?: object) {
    super(details, known);
  }
}

/** Credentials are not set. Unset and empty are the same. @group Errors */
export class MissingCredentialsError extends CredentialsError {
  /** @internal */
  static override readonly [brand]: string = 'MissingCredentialsError';
  static override readonly defaults: DefaultsFor<{ names: readonly string[] }> = ({ names }) => ({
    code: 'MISSING_CREDENTIALS',
    message: `Missing or empty: ${names.join(', ')}.`,
    remedy: `Set ${names.join(' and ')} in the environment of this process.`,
  });

  /** What is missing, all of it: environment variables, or settings such as `oauth2.client_id`. */
  readonly names: readonly string[];

  constructor(names: readonly string[], details?: ErrorDetails) {
    super(details, { names });
    this.names = [...names];
  }
}

/** A file of credentials or profiles cannot be used; `code` says which kind of fault it is. @group Errors */
export class CredentialsFileError extends CredentialsError {
  /** @internal */
  static override readonly [brand]: string = 'CredentialsFileError';
  static override readonly defaults: DefaultsFor<{ path: string; reason: string }> = ({ path, reason }) => ({
    code: 'CREDENTIALS_FILE_INVALID',
    message: `The file ${path} cannot be used: ${reason}.`,
    remedy: 'Correct the file, or download it again from where the client was registered.',
  });

  /** The file, as it was given. */
  readonly path: string;
  /** What is wrong with it: the place in the file and what was expected there. */
  readonly reason: string;

  constructor(path: string, reason: string, details?: ErrorDetails) {
    super(details, { path, reason });
    this.path = path;
    this.reason = reason;
  }
}

/** An environment variable holds what cannot be used. @group Errors */
export class EnvironmentVariableError extends CredentialsError {
  /** @internal */
  static override readonly [brand]: string = 'EnvironmentVariableError';
  static override readonly defaults: DefaultsFor<{ variable: string; reason: string }> = ({ variable, reason }) => ({
    code: 'ENVIRONMENT_VARIABLE_INVALID',
    message: `The environment variable ${variable} cannot be used: ${reason}.`,
    remedy: `Correct ${variable} in the environment of this process, or unset it.`,
  });

  /** The variable's name. */
  readonly variable: string;
  /** What was expected of it. */
  readonly reason: string;

  constructor(variable: string, reason: string, details?: ErrorDetails) {
    super(details, { variable, reason });
    this.variable = variable;
    this.reason = reason;
  }
}

/** The profile that was asked for is not in the file. @group Errors */
export class ProfileDoesNotExistError extends CredentialsError {
  /** @internal */
  static override readonly [brand]: string = 'ProfileDoesNotExistError';
  static override readonly defaults: DefaultsFor<{ profile: string; known: readonly string[] }> = ({
    profile,
    known,
  }) => ({
    code: 'PROFILE_DOES_NOT_EXIST',
    message: `There is no profile ${JSON.stringify(profile)}; known: ${known.join(', ')}.`,
    remedy: 'Give one of the known names, or add the profile to the file.',
  });

  /** The name that was asked for. */
  readonly profile: string;
  /** The names that there are. */
  readonly known: readonly string[];

  constructor(profile: string, known: readonly string[], details?: ErrorDetails) {
    super(details, { profile, known });
    this.profile = profile;
    this.known = [...known];
  }
}
