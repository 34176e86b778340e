import { AuthFlowError } from '../errors/index.js';

/** No place is free, and whoever asks can do without: the present token is still good. It is not told. */
export class NoPlaceError extends AuthFlowError {}
