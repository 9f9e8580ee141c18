//! The manifests at the end of an export, in the format of DynamoDB.
//!
//! The page "`DynamoDB` table export output format" of the Developer Guide defines the fields. A checksum is an MD5 in
//! Base64; `etag` is the value that S3 returns for a file that is uploaded in one part.

use std::fs::File;
use std::io::{self, BufReader, Read as _};
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use md5::{Digest as _, Md5};
use model::Timestamp;
use serde_json::{Value, json};

use super::ExportError;
use super::folder::{ExportFolder, file_error, write_atomically};
use super::segment::FinishedSegment;

/// The sums over all segments.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Total {
    pub(super) files: usize,
    pub(super) items: u64,
    pub(super) item_bytes: u64,
    pub(super) file_bytes: u64,
    pub(super) requests: u64,
    pub(super) rcu: f64,
}

/// Writes the manifests. The summary is last: an export that has it is complete.
pub(super) fn finish(folder: &ExportFolder, parts: &[FinishedSegment], ended: Timestamp) -> Result<Total, ExportError> {
    let mut total = Total { files: parts.len(), ..Total::default() };
    let mut lines = Vec::new();
    for part in parts {
        let sum = md5_of(&part.file).map_err(file_error(&part.file))?;
        let line = json!({
            "itemCount": part.items,
            "md5Checksum": BASE64_STANDARD.encode(sum),
            "etag": hex::encode(sum),
            "dataFileS3Key": folder.s3_key(&part.file),
        });
        lines.push(format!("{line}\n"));
        total.items += part.items;
        total.item_bytes += part.item_bytes;
        total.file_bytes += part.file_bytes;
        total.requests += part.requests;
        total.rcu += part.rcu;
    }
    let files = folder.path().join("manifest-files.json");
    write_with_checksum(&files, &lines.concat())?;
    let summary = summary(folder, &files, &total, ended);
    write_with_checksum(&folder.path().join("manifest-summary.json"), &format!("{summary}\n"))?;
    folder.remove_progress()?;
    Ok(total)
}

/// The summary with the fields of DynamoDB. The account, the id of the table and the bucket are unknown here.
fn summary(folder: &ExportFolder, files: &Path, total: &Total, ended: Timestamp) -> Value {
    let table = format!("arn:aws:dynamodb:local:000000000000:table/{}", folder.table());
    json!({
        "version": "2020-06-30",
        "exportArn": format!("{table}/export/{}", folder.id()),
        "startTime": folder.started().to_string(),
        "endTime": ended.to_string(),
        "tableArn": table,
        "tableId": null,
        "exportTime": folder.started().to_string(),
        "s3Bucket": null,
        "s3Prefix": null,
        "s3SseAlgorithm": null,
        "s3SseKmsKeyId": null,
        "manifestFilesS3Key": folder.s3_key(files),
        "billedSizeBytes": total.item_bytes,
        "itemCount": total.items,
        "outputFormat": "DYNAMODB_JSON",
        "exportType": "FULL_EXPORT",
    })
}

/// Writes the checksum first, so that every manifest has one.
fn write_with_checksum(path: &Path, text: &str) -> Result<(), ExportError> {
    let sum = BASE64_STANDARD.encode(Md5::digest(text));
    write_atomically(&path.with_extension("md5"), sum.as_bytes())?;
    write_atomically(path, text.as_bytes())
}

fn md5_of(path: &Path) -> io::Result<[u8; 16]> {
    let mut file = BufReader::new(File::open(path)?);
    let (mut md5, mut buffer) = (Md5::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(md5.finalize().into()),
            read => md5.update(&buffer[..read]),
        }
    }
}
