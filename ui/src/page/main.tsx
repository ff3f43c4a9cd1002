import '../player/player';
