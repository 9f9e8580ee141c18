int run(Job& job)
{
    try {
        return job.run();
    } catch (std::runtime_error error) {
        log(error.what());
        return 1;
    }
}
