//! The end of an export: its manifests, as DynamoDB writes them.
//!
//! "`DynamoDB` table export output format" of the Developer Guide has the fields. A checksum is an MD5 in Base64; `etag` is what S3 would
//! give a file that is uploaded in one piece.

use std::fs::File;
use std::io::{self, BufReader, Read as _};
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use md5::{Digest as _, Md5};
use model::Timestamp;
use serde_json::{Value, json};

use super::ExportError;
use super::folder::{ExportFolder, failed, write_whole};
use super::segment::Done;

/// What all segments are together.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Total {
    pub(super) files: usize,
    pub(super) items: u64,
    pub(super) item_bytes: u64,
    pub(super) file_bytes: u64,
    pub(super) requests: u64,
    pub(super) rcu: f64,
}

/// Writes the manifests, the summary last: an export that has one is whole.
pub(super) fn finish(folder: &ExportFolder, parts: &[Done], ended: Timestamp) -> Result<Total, ExportError> {
    let mut total = Total { files: parts.len(), ..Total::default() };
    let mut lines = Vec::new();
    for part in parts {
        let sum = md5_of(&part.file).map_err(failed(&part.file))?;
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
    write_with_sum(&files, &lines.concat())?;
    let summary = summary(folder, &files, &total, ended);
    write_with_sum(&folder.path().join("manifest-summary.json"), &format!("{summary}\n"))?;
    folder.forget()?;
    Ok(total)
}

/// What the service would say, as far as it is known here: the account, the table's id and a bucket are not.
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

/// The checksum first, so that there is one for every manifest.
fn write_with_sum(path: &Path, text: &str) -> Result<(), ExportError> {
    let sum = BASE64_STANDARD.encode(Md5::digest(text));
    write_whole(&path.with_extension("md5"), sum.as_bytes())?;
    write_whole(path, text.as_bytes())
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
