int port(const std::string& text)
{
    try {
        return std::stoi(text);
    } catch (...) {
    }
    return 8080;
}
