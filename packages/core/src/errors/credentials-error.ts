import { AuthFlowError, type ErrorDetails } from './auth-flow-error.js';

/** What the client logs in with cannot be had: nothing was sent. No message repeats a value. @group Errors */
export abstract class CredentialsError extends AuthFlowError {}

/** Credentials are not set. Unset and empty are the same. @group Errors */
export class MissingCredentialsError extends CredentialsError {
  /** What is missing, all of it: environment variables, or settings such as `oauth2.client_id`. */
  readonly names: readonly string[];

  constructor(names: readonly string[], details: ErrorDetails = {}) {
    super(
      {
        code: 'MISSING_CREDENTIALS',
        message: `Missing or empty: ${names.join(', ')}.`,
        remedy: `Set ${names.join(' and ')} in the environment of this process.`,
      },
      details,
    );
    this.names = [...names];
  }
}

/** A file of credentials or profiles cannot be used; `code` says which kind of fault it is. @group Errors */
export class CredentialsFileError extends CredentialsError {
  /** The file, as it was given. */
  readonly path: string;
  /** What is wrong with it: the place in the file and what was expected there. */
  readonly reason: string;

  constructor(path: string, reason: string, details: ErrorDetails = {}) {
    super(
      {
        code: 'CREDENTIALS_FILE_INVALID',
        message: `The file ${path} cannot be used: ${reason}.`,
        remedy: 'Correct the file, or download it again from where the client was registered.',
      },
      details,
    );
    this.path = path;
    this.reason = reason;
  }
}

/** An environment variable holds what cannot be used. @group Errors */
export class EnvironmentVariableError extends CredentialsError {
  /** The variable's name. */
  readonly variable: string;
  /** What was expected of it. */
  readonly reason: string;

  constructor(variable: string, reason: string, details: ErrorDetails = {}) {
    super(
      {
        code: 'ENVIRONMENT_VARIABLE_INVALID',
        message: `The environment variable ${variable} cannot be used: ${reason}.`,
        remedy: `Correct ${variable} in the environment of this process, or unset it.`,
      },
      details,
    );
    this.variable = variable;
    this.reason = reason;
  }
}

/** The profile that was asked for is not in the file. @group Errors */
export class ProfileDoesNotExistError extends CredentialsError {
  /** The name that was asked for. */
  readonly profile: string;
  /** The names that there are. */
  readonly known: readonly string[];

  constructor(profile: string, known: readonly string[], details: ErrorDetails = {}) {
    super(
      {
        code: 'PROFILE_DOES_NOT_EXIST',
        message: `There is no profile ${JSON.stringify(profile)}; known: ${known.join(', ')}.`,
        remedy: 'Give one of the known names, or add the profile to the file.',
      },
      details,
    );
    this.profile = profile;
    this.known = [...known];
  }
}
