using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Eyebridge.Editor")]
[assembly: InternalsVisibleTo("Eyebridge.Tests")]
