//! Checks the files of `seed/` without a table.

use handlers::auth::password::{COST, Hasher, Verdict};

use super::{PASSWORD, SeedLogin, plan};

#[test]
fn every_file_is_valid() {
    let people = plan::people().unwrap_or_else(|error| panic!("{error}"));
    assert!(!people.is_empty());
}

#[tokio::test]
async fn the_shared_password_works_only_outside_aws() {
    let hasher = Hasher::new(COST).unwrap().enter().unwrap();
    let verdict = async |sign_in: SeedLogin| hasher.verify(PASSWORD, Some(&sign_in.hash())).await.unwrap();
    assert_eq!(verdict(SeedLogin::SharedPassword).await, Verdict::Right);
    assert_eq!(verdict(SeedLogin::Disabled).await, Verdict::Wrong);
}

/// The error for a person with only this session.
fn refused(session: &str) -> String {
    let source = format!(
        "name = \"Ada\"\nusername = \"ada\"\nemail = \"ada@example.com\"\njoined = \
         2026-09-01T08:00:00Z\n\n[[session]]\n{session}"
    );
    match plan::person("ada.toml", &source) {
        Ok(_) => panic!("accepted:\n{source}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn an_invalid_file_is_refused_with_its_name_and_field() {
    let opened = "file = \"backup.sh\"\nopened = 2026-09-02T08:00:00Z\n";
    let thread = format!("{opened}[[session.thread]]\nopened = 2026-09-02T08:01:00Z\n");
    let message = |more: &str| format!("{thread}[[session.thread.message]]\nat = 2026-09-02T08:02:00Z\n{more}");
    for (session, expected) in [
        ("file = \"none.sh\"\nopened = 2026-09-02T08:00:00Z\n".to_owned(), "none.sh: `file` is not in seed/files"),
        (format!("{opened}langauge = \"Shell\"\n"), "unknown field `langauge`"),
        (format!("{opened}language = \"Shall\"\n"), "line 9"),
        ("file = \"backup.sh\"\nopened = \"yesterday\"\n".to_owned(), "line 8"),
        ("file = \"backup.sh\"\nopened = 2026-09-01T07:00:00Z\n".to_owned(), "`opened` must be after the sign-up"),
        (format!("{thread}lines = \"cp -p\"\n"), "the lines in `lines` must be in the file exactly once"),
        (message("question = \"Why?\"\n"), "either an `answer` or `fails` with an error code"),
        (message("question = \"Why?\"\nanswer = \"So.\"\n"), "an answer needs `tokens`"),
        (message("question = \"Why?\"\nnote = \"So.\"\n"), "either a `question` or a `note`"),
        (message("note = \"So.\"\nreplace = \"usage() {\"\n"), "a patch needs both `replace` and `with`"),
        (
            message("note = \"So.\"\nreplace = \"usage() {\"\nwith = \"usage() {\"\n"),
            "`with`: The patch would change nothing.",
        ),
        (message("note = \"So.\"\napplied = 2026-09-02T08:03:00Z\n"), "`applied` needs a patch"),
        (message("note = \"So.\"\n").replace("08:02:00", "08:01:05"), "must be at least ten seconds after"),
    ] {
        let error = refused(&session);
        assert!(error.starts_with("seed/people/ada.toml: ") && error.contains(expected), "{error}\nlacks: {expected}");
    }
}

#[test]
fn a_day_of_analyses_must_have_no_answers() {
    let answered = "file = \"backup.sh\"\nopened = 2026-09-02T08:00:00Z\n[[session.thread]]\nopened = \
                    2026-09-02T08:01:00Z\n\
                    [[session.thread.message]]\nat = 2026-09-02T08:02:00Z\nquestion = \"Why?\"\nanswer = \
                    \"So.\"\ntokens = [1, 2]\n\
                    [[analyses]]\ndate = 2026-09-02\ntokens = [[1, 2]]\n";
    assert!(refused(answered).contains("[[analyses]] 2026-09-02: `date` must not be a day with answers in threads"));
}
