public class Worker {
    public void run(Runnable job, Logger log) {
        try {
            job.run();
        } catch (Throwable t) {
            log.error("job failed", t);
        }
    }
}
