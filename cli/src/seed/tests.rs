//! What is in `seed/`, before it is loaded anywhere.

use handlers::auth::password::{COST, Hasher, Verdict};

use super::{PASSWORD, SignIn, plan};

#[test]
fn every_file_is_right() {
    let people = plan::people().unwrap_or_else(|error| panic!("{error}"));
    assert!(!people.is_empty());
}

#[tokio::test]
async fn everybody_signs_in_with_the_same_password_and_nobody_on_aws() {
    let hasher = Hasher::new(COST).unwrap();
    let verdict = async |sign_in: SignIn| hasher.verify(PASSWORD, Some(&sign_in.hash())).await.unwrap();
    assert_eq!(verdict(SignIn::WithThePassword).await, Verdict::Right);
    assert_eq!(verdict(SignIn::Nobody).await, Verdict::Wrong);
}

/// What is said about a person whose only session is this.
fn refused(session: &str) -> String {
    let story = format!(
        "name = \"Ada\"\nusername = \"ada\"\nemail = \"ada@example.com\"\njoined = 2026-09-01T08:00:00Z\n\n[[session]]\n{session}"
    );
    match plan::person("ada.toml", &story) {
        Ok(_) => panic!("this is taken:\n{story}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_mistake_is_told_with_its_file_and_its_field() {
    let opened = "file = \"backup.sh\"\nopened = 2026-09-02T08:00:00Z\n";
    let thread = format!("{opened}[[session.thread]]\nopened = 2026-09-02T08:01:00Z\n");
    let message = |more: &str| format!("{thread}[[session.thread.message]]\nat = 2026-09-02T08:02:00Z\n{more}");
    for (session, says) in [
        ("file = \"none.sh\"\nopened = 2026-09-02T08:00:00Z\n".to_owned(), "none.sh: `file` is not in seed/files"),
        (format!("{opened}langauge = \"Shell\"\n"), "unknown field `langauge`"),
        (format!("{opened}language = \"Shall\"\n"), "line 9"),
        ("file = \"backup.sh\"\nopened = \"yesterday\"\n".to_owned(), "line 8"),
        ("file = \"backup.sh\"\nopened = 2026-09-01T07:00:00Z\n".to_owned(), "`opened` is not after what comes before"),
        (format!("{thread}lines = \"cp -p\"\n"), "the lines in `lines` are not in the file exactly once"),
        (message("question = \"Why?\"\n"), "either an `answer` or the error that it `fails` with"),
        (message("question = \"Why?\"\nanswer = \"So.\"\n"), "an answer has `tokens`"),
        (message("question = \"Why?\"\nnote = \"So.\"\n"), "either a `question` or a `note`"),
        (message("note = \"So.\"\nreplace = \"usage() {\"\n"), "a patch has both `replace` and `with`"),
        (
            message("note = \"So.\"\nreplace = \"usage() {\"\nwith = \"usage() {\"\n"),
            "`with`: The patch would change nothing.",
        ),
        (message("note = \"So.\"\napplied = 2026-09-02T08:03:00Z\n"), "`applied` is of no patch"),
        (message("note = \"So.\"\n").replace("08:02:00", "08:01:05"), "not at least ten seconds after"),
    ] {
        let error = refused(&session);
        assert!(error.starts_with("seed/people/ada.toml: ") && error.contains(says), "{error}\nis not about: {says}");
    }
}

#[test]
fn a_day_of_analyses_is_not_one_of_answers() {
    let answered = "file = \"backup.sh\"\nopened = 2026-09-02T08:00:00Z\n[[session.thread]]\nopened = 2026-09-02T08:01:00Z\n\
                    [[session.thread.message]]\nat = 2026-09-02T08:02:00Z\nquestion = \"Why?\"\nanswer = \"So.\"\ntokens = [1, 2]\n\
                    [[analyses]]\ndate = 2026-09-02\ntokens = [[1, 2]]\n";
    assert!(refused(answered).contains("[[analyses]] 2026-09-02: `date` is a day on which a thread was answered"));
}
