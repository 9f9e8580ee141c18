//! Checks of partitions: no partition needs more than half of the capacity that DynamoDB gives it.

use crate::design::Design;
use crate::problem::Problems;
use crate::vet::{self, MAX_SHARE, RCU, WCU};

/// Compares the declared peak rates with the capacity of a partition. A full partition refuses writes, and the results
/// of paid calls are lost.
pub fn partitions_are_not_hot(design: &Design, problems: &mut Problems) {
    for partition in vet::partitions(design) {
        let hottest = partition.loads.iter().max_by(|(_, one), (_, other)| {
            (one.wcu / WCU + one.rcu / RCU).total_cmp(&(other.wcu / WCU + other.rcu / RCU))
        });
        if let Some((pattern, units)) = hottest
            && partition.used() > MAX_SHARE
        {
            let (total, most) = (partition.total(), MAX_SHARE * 100.0);
            let message = format!(
                "{}: at the declared peaks, one partition needs {:.1} WCU and {:.1} RCU a second, of which {} needs \
                 {:.1} and {:.1}; the limit is {most:.0} % of {WCU} WCU and {RCU} RCU: split an index key into \
                 `shards`, or distribute the key over more partitions",
                partition.key, total.wcu, total.rcu, pattern.id, units.wcu, units.rcu
            );
            problems.push("partitions-are-not-hot", pattern.at, message);
        }
    }
}
