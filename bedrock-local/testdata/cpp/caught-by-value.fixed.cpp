int run(Job& job)
{
    try {
        return job.run();
    } catch (const std::runtime_error& error) {
        log(error.what());
        return 1;
    }
}
