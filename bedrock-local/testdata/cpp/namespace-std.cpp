#include <string>

using namespace std;

string shout(const string& text)
{
    return text + "!";
}
