//! The rules of sessions and threads: caps, versions, client ids, and anchors that follow a save.

use super::call::{Block, Call, File, Move, Selection};
use super::state::{Outcome, Reply, Session, SessionAt, Shown, State, Thread, ThreadAt, stands};

const SESSIONS_PER_USER: usize = 100;
const THREADS_PER_SESSION: usize = 50;

impl State {
    pub(super) fn perform_on_contents(&mut self, caller: usize, call: &Call) -> Outcome {
        match call {
            Call::CreateSession { file, client } => self.create_session(caller, file, client.as_ref()),
            Call::ListSessions { by_activity, .. } => {
                let mut sessions = self.sessions_of(caller);
                sessions.reverse();
                if *by_activity {
                    sessions.sort_by_key(|at| std::cmp::Reverse(self.at(*at).last_activity()));
                }
                Ok(Reply::shows(200, [Shown::Sessions(sessions)]))
            }
            Call::OpenSession { id, with_threads } => {
                let at = self.session(caller, id)?;
                let session = Shown::Session { at, with_code: true };
                Ok(if *with_threads {
                    Reply::shows(200, [session, Shown::Threads(at)])
                } else {
                    Reply::shows(200, [session])
                })
            }
            Call::Save { id, version, code, language } => {
                let at = self.session(caller, id)?;
                self.save(at, *version, code.as_ref(), language.as_ref())?;
                Ok(Reply::shows(200, [Shown::Session { at, with_code: false }, Shown::Threads(at)]))
            }
            Call::Rename { id, filename, language } => {
                let at = self.session(caller, id)?;
                self.change_settings(at, filename.as_ref(), language.as_ref());
                Ok(Reply::shows(200, [Shown::Session { at, with_code: false }]))
            }
            Call::DeleteSession { id } => {
                let at = self.session(caller, id)?;
                self.at_mut(at).is_deleted = true;
                Ok(Reply::shows(200, []))
            }
            Call::CreateThread { session, selection, client } => {
                let at = self.session(caller, session)?;
                self.create_thread(at, selection, client.as_ref())
            }
            Call::ListThreads { session, .. } => {
                let at = self.session(caller, session)?;
                Ok(Reply::shows(200, [Shown::Threads(at)]))
            }
            Call::ReadThread { id } => Ok(Reply::shows(200, [Shown::Thread(self.thread(caller, id)?)])),
            Call::MoveThread { id, to } => {
                let at = self.thread(caller, id)?;
                self.move_thread(at, to)
            }
            Call::DeleteThread { id } => {
                let at = self.thread(caller, id)?;
                self.thread_at_mut(at).is_deleted = true;
                Ok(Reply::shows(200, []))
            }
            other => panic!("{other:?} is not a request of sessions and threads"),
        }
    }

    /// A repeated request with the client's id returns the session of the first one.
    fn create_session(&mut self, caller: usize, file: &File, client: Option<&String>) -> Outcome {
        let of_client = |session: &Session| session.client.as_ref().is_some_and(|(id, _)| Some(id) == client);
        if let Some(at) = self.accounts[caller].sessions.iter().position(of_client) {
            let session = self.at((caller, at));
            return match &session.client {
                Some((_, first)) if first != file => Err(Reply::invalid("client_session_id")),
                _ if session.is_deleted => Err(Reply::refused(404, "SESSION_NOT_FOUND")),
                _ => Ok(Reply::shows(200, [Shown::Session { at: (caller, at), with_code: false }])),
            };
        }
        if self.accounts[caller].is_deleted {
            return Err(Reply::refused(401, "UNAUTHORIZED"));
        }
        if self.sessions_of(caller).len() == SESSIONS_PER_USER {
            return Err(Reply::refused(409, "SESSION_LIMIT_EXCEEDED"));
        }
        let (at, now) = (self.accounts[caller].sessions.len(), self.now);
        self.accounts[caller].sessions.push(Session {
            id: None,
            is_deleted: false,
            client: client.map(|id| (id.clone(), file.clone())),
            filename: file.filename.clone(),
            language: file.language.clone(),
            version: 1,
            code: file.code.clone(),
            created_at: now,
            updated_at: now,
            asked_at: None,
            threads: Vec::new(),
        });
        Ok(Reply::shows(201, [Shown::Session { at: (caller, at), with_code: false }]))
    }

    /// Saves over the expected version. The same save again after a lost answer has the result of the first one. The
    /// same code makes no version.
    fn save(
        &mut self,
        at: SessionAt,
        version: u32,
        code: Option<&String>,
        language: Option<&Option<String>>,
    ) -> Result<(), Reply> {
        let session = self.at(at);
        let has_language = language.is_none_or(|language| *language == session.language);
        if session.version != version {
            let is_saved = session.version == version + 1 && code == Some(&session.code) && has_language;
            let conflict = Reply { shows: vec![Shown::Current(at)], ..Reply::refused(409, "VERSION_CONFLICT") };
            return if is_saved { Ok(()) } else { Err(conflict) };
        }
        match code.filter(|code| **code != session.code) {
            Some(code) => self.store_code(at, code),
            None if has_language => return Ok(()),
            None => {}
        }
        let now = self.now;
        let session = self.at_mut(at);
        session.language = language.cloned().unwrap_or(session.language.take());
        session.updated_at = now;
        Ok(())
    }

    /// Another version of the code. Threads on lines move.
    pub(super) fn store_code(&mut self, at: SessionAt, code: &str) {
        let now = self.now;
        let session = self.at_mut(at);
        code.clone_into(&mut session.code);
        session.version += 1;
        session.updated_at = now;
        let on_lines = |thread: &&mut Thread| matches!(thread.selection, Selection::Block(_));
        session.threads.iter_mut().filter(on_lines).for_each(|thread| thread.unseen_saves.push(now));
    }

    fn change_settings(&mut self, at: SessionAt, filename: Option<&String>, language: Option<&Option<String>>) {
        let now = self.now;
        let session = self.at_mut(at);
        let filename = filename.unwrap_or(&session.filename).clone();
        let language = language.unwrap_or(&session.language).clone();
        if (&filename, &language) != (&session.filename, &session.language) {
            (session.filename, session.language, session.updated_at) = (filename, language, now);
        }
    }

    fn create_thread(&mut self, at: SessionAt, selection: &Selection, client: Option<&String>) -> Outcome {
        let of_client = |thread: &Thread| thread.client.as_ref().is_some_and(|(id, _)| Some(id) == client);
        if let Some(thread) = self.at(at).threads.iter().position(of_client) {
            let place = (at.0, at.1, thread);
            let thread = self.thread_at(place);
            return match &thread.client {
                Some((_, first)) if first != selection => Err(Reply::invalid("client_thread_id")),
                _ if thread.is_deleted => Err(Reply::refused(404, "THREAD_NOT_FOUND")),
                _ => Ok(Reply::shows(200, [Shown::Thread(place)])),
            };
        }
        let kept = self.kept(at, selection)?;
        if self.living_threads(at).len() == THREADS_PER_SESSION {
            return Err(Reply::refused(409, "THREAD_LIMIT_EXCEEDED"));
        }
        let (now, is_stable) = (self.now, self.is_stable(at, &kept));
        let threads = &mut self.at_mut(at).threads;
        threads.push(Thread {
            id: None,
            is_deleted: false,
            client: client.map(|id| (id.clone(), selection.clone())),
            selection: kept,
            unseen_saves: Vec::new(),
            is_stable,
            created_at: now,
            updated_at: now,
            messages: Vec::new(),
            last: None,
            is_row_unsure: false,
        });
        let place = (at.0, at.1, threads.len() - 1);
        Ok(Reply::shows(201, [Shown::Thread(place)]))
    }

    fn move_thread(&mut self, at: ThreadAt, to: &Move) -> Outcome {
        let session = (at.0, at.1);
        let to = match (to, &self.thread_at(at).selection) {
            (Move::To(selection), _) => selection.clone(),
            (Move::Lines(..), Selection::WholeFile) => return Err(Reply::invalid("start_line")),
            (Move::Lines(start, end), Selection::Block(Block { text, .. })) => {
                Selection::Block(Block { start: *start, end: *end, text: text.clone() })
            }
        };
        let selection = self.kept(session, &to)?;
        let (now, is_stable) = (self.now, self.is_stable(session, &selection));
        let thread = self.thread_at_mut(at);
        (thread.selection, thread.is_stable, thread.updated_at) = (selection, is_stable, now);
        thread.unseen_saves.clear();
        Ok(Reply::shows(200, [Shown::Thread(at)]))
    }

    /// The selection as it is stored: a blank text becomes the text of the lines, which must exist.
    fn kept(&self, at: SessionAt, selection: &Selection) -> Result<Selection, Reply> {
        let Selection::Block(Block { start, end, text }) = selection else { return Ok(Selection::WholeFile) };
        let lines: Vec<&str> = self.at(at).code.split('\n').collect();
        let Some(selected) = lines.get(*start as usize - 1..*end as usize) else {
            return Err(Reply::invalid("end_line"));
        };
        let text = if text.trim().is_empty() { selected.join("\n") } else { text.clone() };
        Ok(Selection::Block(Block { start: *start, end: *end, text }))
    }

    fn is_stable(&self, at: SessionAt, selection: &Selection) -> bool {
        match selection {
            Selection::WholeFile => true,
            Selection::Block(block) => stands(&self.at(at).code, block),
        }
    }
}
