/** Short names for the API's types, all generated from the OpenAPI document. */
import type { components } from './schema';

type Schemas = components['schemas'];

export type User = Schemas['User'];
export type Profile = Schemas['Profile'];
export type Session = Schemas['Session'];
export type SessionWithCode = Schemas['SessionWithCode'];
export type Language = Schemas['Language'];
export type Thread = Schemas['Thread'];
export type BlockThread = Schemas['BlockThread'];
export type FileThread = Schemas['FileThread'];
export type NewThread = Schemas['NewThread'];
export type Message = Schemas['Message'];
export type UserMessage = Schemas['UserMessage'];
export type AiMessage = Schemas['AiMessage'];
export type Patch = Schemas['Patch'];
export type MessageEvent = Schemas['MessageEvent'];
export type Device = Schemas['Device'];
export type Usage = Schemas['Usage'];
export type ErrorBody = Schemas['ErrorBody'];
/** The API's error codes, plus two of the page: no connection, and a response that is not the API's. */
export type ErrorCode = Schemas['ErrorCode'] | 'OFFLINE' | 'UNKNOWN';
