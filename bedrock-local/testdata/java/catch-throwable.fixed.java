public class Worker {
    public void run(Runnable job, Logger log) {
        try {
            job.run();
        } catch (Exception t) {
            log.error("job failed", t);
        }
    }
}
