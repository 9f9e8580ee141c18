/** The API's shapes under short names. They come from the OpenAPI document and from nothing else. */
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
/** The codes of the API, and the two that only a page can meet: no connection, and an answer that is none of the API's. */
export type ErrorCode = Schemas['ErrorCode'] | 'OFFLINE' | 'UNKNOWN';
